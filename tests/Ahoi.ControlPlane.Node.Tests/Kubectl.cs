using System.Diagnostics;

namespace Ahoi.ControlPlane.Node.Tests;

/// <summary>Runs the real kubectl.</summary>
internal static class Kubectl
{
    /// <summary>Runs it against a cluster; skips the test where there is no kubectl.</summary>
    /// <returns>What it wrote, errors included.</returns>
    public static async Task<string> RunAsync(LocalCluster cluster, params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", [$"--kubeconfig={cluster.KubeconfigFile}", "--cache-dir=" + Path.Combine(Path.GetDirectoryName(cluster.KubeconfigFile)!, "cache"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("kubectl is not installed.");
            throw;
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return await output + await error;
        }
    }
}
