namespace Ahoi.ControlPlane.Node.Images.Recipes;

/// <summary>The recipes that come with Ahoi.</summary>
public static class ImageRecipes
{
    private const string Suite = "trixie";
    private const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const string PostgresFolder = "/usr/lib/postgresql/17/bin";
    private const string PostgresStart = "/usr/local/bin/docker-entrypoint.sh";

    private static readonly string[] Papers = ["/usr/share/doc/*", "/usr/share/info/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/lintian/*"];

    /// <summary>Gets the recipes.</summary>
    public static IReadOnlyList<ImageRecipe> All { get; } =
    [
        new()
        {
            Name = "debian:trixie",
            Description = "Debian 13: the essential packages and the certificate authorities",
            Suite = Suite,
            Packages = ["ca-certificates"],
            LeftOut = Papers,
            Config = new() { Cmd = ["bash"], Env = [Path] },
        },
        Database with
        {
            Name = "postgres:17",
            Description = "PostgreSQL 17, set up by POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB",
            Config = new()
            {
                Entrypoint = ["docker-entrypoint.sh"],
                Cmd = ["postgres"],
                Env = [$"{Path}:{PostgresFolder}", "LANG=C.UTF-8", "PG_MAJOR=17", "PGDATA=/var/lib/postgresql/data"],
                User = "postgres",
                StopSignal = "SIGINT", // Ends sessions and stops; SIGTERM waits for the clients.
            },
        },
        Database with
        {
            Name = "pgbouncer:1.24",
            Description = "pgbouncer 1.24, set up by /etc/pgbouncer/pgbouncer.ini",
            Config = new()
            {
                Entrypoint = ["pgbouncer"],
                Cmd = ["/etc/pgbouncer/pgbouncer.ini"],
                Env = [$"{Path}:{PostgresFolder}", "LANG=C.UTF-8"],
                User = "postgres",
            },
        },
    ];

    /// <summary>Gets the root filesystem of both the database and its pooler, which share it.</summary>
    private static ImageRecipe Database => new()
    {
        Name = "",
        Suite = Suite,
        Packages = ["ca-certificates", "libnss-wrapper", "pgbouncer", "postgresql-17"],

        // Half of the bytes are the compiler for queries; the server does without where it is not there.
        LeftOut = [.. Papers, "/usr/share/i18n/*", "/usr/lib/postgresql/*/lib/bitcode/*", "/usr/lib/postgresql/*/lib/llvmjit*", "/usr/lib/*/libLLVM*", "/usr/lib/*/libz3.so*"],

        // The cluster that the package makes, and a key that every image would share.
        Dropped = ["var/lib/postgresql/17", "etc/postgresql/17", "etc/ssl/private", "etc/ssl/certs/ssl-cert-snakeoil.pem", "var/log/postgresql"],
        Files = new Dictionary<string, string>
        {
            [PostgresStart] = Resource("postgres-entrypoint.sh"),
            ["/etc/pgbouncer/pgbouncer.ini"] = Resource("pgbouncer.ini"),
        },

        // As the well-known image has it, for manifests that name the number.
        Accounts = new Dictionary<string, int> { ["postgres"] = 999 },
    };

    /// <summary>Finds a recipe.</summary>
    /// <param name="name">Its name, written like any image's.</param>
    /// <returns>The recipe, or <see langword="null"/> where there is none of that name.</returns>
    /// <exception cref="InvalidImageNameException">It is no name of an image.</exception>
    public static ImageRecipe? Find(string name)
    {
        var wanted = ImageName.Parse(name);
        return All.FirstOrDefault(r => ImageName.Parse(r.Name) == wanted);
    }

    private static string Resource(string name)
    {
        using var stream = typeof(ImageRecipes).Assembly.GetManifestResourceStream(name)!; // Built in.
        return new StreamReader(stream).ReadToEnd();
    }
}
