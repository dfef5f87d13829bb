using System.Globalization;
using System.Runtime.InteropServices;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;
using Ahoi.Api.Usage;

namespace Ahoi.ControlPlane.Node.Nodes;

/// <summary>What the machine is and has.</summary>
internal static class MachineFacts
{
    private const long MostPods = 500;

    /// <summary>Gets what the machine has to give.</summary>
    /// <param name="folder">Where pods keep their files.</param>
    public static Amounts Capacity(string folder)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var disk = new DriveInfo(folder).TotalSize;
        return new()
        {
            ["cpu"] = new Quantity(Environment.ProcessorCount),
            ["memory"] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{memory / 1024}Ki")),
            ["ephemeral-storage"] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{disk / 1024}Ki")),
            ["pods"] = new Quantity(MostPods),
        };
    }

    /// <summary>Gets the processor's architecture as Kubernetes names it.</summary>
    public static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Makes the node's <c>nodeInfo</c>.</summary>
    public static JsonMap Info() => new()
    {
        ["architecture"] = Architecture,
        ["bootID"] = ReadLine("/proc/sys/kernel/random/boot_id"),
        ["containerRuntimeVersion"] = "ahoi://1",
        ["kernelVersion"] = ReadLine("/proc/sys/kernel/osrelease"),
        ["kubeProxyVersion"] = "",
        ["kubeletVersion"] = "v1.36.0",
        ["machineID"] = ReadLine("/etc/machine-id"),
        ["operatingSystem"] = "linux",
        ["osImage"] = OsImage(),
        ["systemUUID"] = "",
    };

    private static string OsImage() => File.Exists("/etc/os-release")
        ? File.ReadLines("/etc/os-release").FirstOrDefault(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?["PRETTY_NAME=".Length..].Trim('"') ?? "Linux"
        : "Linux";

    private static string ReadLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault()?.Trim() ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
