using Ahoi.Tenancy.Planning;

namespace Ahoi.Tenancy.Tests.Planning;

public sealed class RememberedTests
{
    [Fact]
    public void Of_SameContents_AsksOnce()
    {
        var remembered = new Remembered<int>(2);
        var asked = 0;

        Assert.Equal([1, 1, 2, 3, 4], Contents().Select(c => remembered.Of(c.First, c.Second, () => ++asked)));

        static IEnumerable<(byte[] First, byte[] Second)> Contents()
        {
            yield return ([1, 2], [3]);
            yield return ([1, 2], [3]);
            yield return ([1], [2, 3]);
            yield return ([4], []); // There is room for two.
            yield return ([1, 2], [3]);
        }
    }

    [Fact]
    public void Of_FailedOrTold_IsAskedAgainOrNotAtAll()
    {
        var remembered = new Remembered<string>(10);

        Assert.Throws<InvalidOperationException>(() => remembered.Of([1], [], () => throw new InvalidOperationException()));
        Assert.Equal("found", remembered.Of([1], [], () => "found"));
        remembered.Note([2], [], "told");
        Assert.Equal("told", remembered.Of([2], [], () => throw new InvalidOperationException()));
    }
}
