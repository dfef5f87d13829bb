using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Tests.Planning;

public sealed class StorageSizeTests
{
    [Theory]
    [InlineData("256gb", "256G", 256_000_000_000)]
    [InlineData("256G", "256G", 256_000_000_000)]
    [InlineData("256Gi", "256Gi", 274_877_906_944)]
    [InlineData("256giB", "256Gi", 274_877_906_944)]
    [InlineData("1TB", "1T", 1_000_000_000_000)]
    [InlineData("1ti", "1Ti", 1_099_511_627_776)]
    public void Parse_Size_GivesQuantityAndBytes(string text, string quantity, long bytes) =>
        Assert.Equal(new StorageSize(quantity, bytes), StorageSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0gb")]
    [InlineData("256")]
    [InlineData("256mb")]
    [InlineData("1.5gb")]
    [InlineData("1234567gb")]
    [InlineData("-1gb")]
    [InlineData("256 gb")]
    [InlineData("256gb\n")]
    public void Parse_AnythingElse_SaysWhatIsRight(string text)
    {
        var exception = Assert.Throws<FormatException>(() => StorageSize.Parse(text));

        Assert.Contains("256gb or 1Ti", exception.Message, StringComparison.Ordinal);
    }
}
