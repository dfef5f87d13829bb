using Workflow;

// A customer's programs, as the Tenancy operator runs them: "app" takes jobs over HTTP and writes them down, and any number
// of "worker" do them, each job once. Both find the database, or the pool in front of it, in their environment.
switch (args)
{
    case ["app"]:
        return await App.RunAsync();
    case ["worker"]:
        return await Worker.RunAsync();
    default:
        Console.Error.WriteLine("usage: Workflow app | worker");
        return 2;
}
