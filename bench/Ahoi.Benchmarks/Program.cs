using Ahoi.Benchmarks.Decoding;

// Each benchmark prints one Markdown table; bench/README.md keeps the last ones with what they mean.
switch (args)
{
    case ["decoding"]:
        await DecodingBenchmark.RunAsync(10_000);
        return 0;
    case ["decoding", var objects] when int.TryParse(objects, out var count):
        await DecodingBenchmark.RunAsync(count);
        return 0;
    default:
        Console.Error.WriteLine("Name a benchmark: decoding [OBJECTS]");
        return 2;
}
