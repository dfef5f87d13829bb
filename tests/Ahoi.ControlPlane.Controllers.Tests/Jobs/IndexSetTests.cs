using Ahoi.ControlPlane.Controllers.Jobs;

namespace Ahoi.ControlPlane.Controllers.Tests.Jobs;

public sealed class IndexSetTests
{
    [Theory]
    [InlineData("", 10, "")]
    [InlineData("3", 10, "3")]
    [InlineData("0,1", 10, "0,1")]
    [InlineData("0,1,2,4", 10, "0-2,4")]
    [InlineData("0-4,7,9", 8, "0-4,7")] // The job has eight only.
    [InlineData("1-3,2-5", 10, "1-5")]
    public void Parse_Indexes_AreWrittenAsKubernetesWritesThem(string text, int completions, string written) =>
        Assert.Equal(written, IndexSet.Parse(text, completions).ToString());
}
