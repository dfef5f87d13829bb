using Ahoi.Reference;

// Writes docs/reference/api anew: reference FOLDER. `./ahoi docs` runs it; a test checks that what is there is what it writes.
if (args is not [var folder])
{
    Console.Error.WriteLine("usage: Ahoi.Reference FOLDER (where the pages go; Markdown files in it that are not written anew are deleted)");
    return 2;
}

var pages = ApiReference.Write();
Directory.CreateDirectory(folder);
foreach (var old in Directory.EnumerateFiles(folder, "*.md").Where(f => !pages.ContainsKey(Path.GetFileName(f))))
{
    File.Delete(old);
}

foreach (var (name, text) in pages)
{
    File.WriteAllText(Path.Combine(folder, name), text);
}

Console.WriteLine($"{pages.Count} pages in {folder}");
return 0;
