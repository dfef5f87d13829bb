using System.Runtime.InteropServices;

namespace Ahoi.ControlPlane.Node.Images.Imports;

/// <summary>What images call this machine's processor.</summary>
internal static class MachineArchitecture
{
    public static string Name => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        Architecture.X86 => "386",
        Architecture.S390x => "s390x",
        Architecture.Ppc64le => "ppc64le",
        Architecture.RiscV64 => "riscv64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
