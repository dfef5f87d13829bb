using Ahoi.Api.Objects;
using Ahoi.Framework.Informers;

namespace Ahoi.Framework.Tests.Informers;

public sealed class ObjectStoreTests
{
    private static readonly ObjectKey Key = new("n", "a");

    private readonly ObjectStore _store = new();

    [Fact]
    public void TryPut_OlderEventAfterAnOwnWrite_IsIgnored()
    {
        _store.TryPut(Object(110, "written"), out _);

        Assert.False(_store.TryPut(Object(99, "late"), out _));

        Assert.Equal("110", _store.Find(Key)!.ResourceVersion);
    }

    [Fact]
    public void TryObserve_AnswerThatComesAfterTheDeletionWasSeen_IsIgnored()
    {
        _store.Replace([], "90");
        _store.TryPut(Object(100, "u"), out _);
        _store.TryRemove(Object(101, "u"), out _);

        Assert.False(_store.TryObserve(Object(100, "u"), out _));
        Assert.Null(_store.Find(Key));

        Assert.True(_store.TryObserve(Object(102, "next"), out _));
        Assert.Equal("next", _store.Find(Key)!.Uid);
    }

    [Fact]
    public void TryForget_OwnDeletion_KeepsLateEventsOut()
    {
        _store.TryPut(Object(100, "u"), out _);
        Assert.True(_store.TryForget(Key, "u", out _));

        Assert.False(_store.TryPut(Object(101, "u"), out _));
        Assert.True(_store.TryPut(Object(105, "next"), out _));
        Assert.False(_store.TryRemove(Object(102, "u"), out _));

        Assert.Equal("next", _store.Find(Key)!.Uid);
    }

    [Fact]
    public void Replace_WithoutAnObject_ReportsItGoneUnlessItIsNewerThanTheList()
    {
        _store.TryPut(Object(100, "old"), out _);
        _store.TryPut(Object(120, "new", "b"), out _);

        var deltas = _store.Replace([], "110");

        Assert.Equal("a", Assert.Single(deltas).Before!.Name);
        Assert.NotNull(_store.Find(new("n", "b")));
    }

    [Fact]
    public void OwnedBy_OwnerChanged_FollowsIt()
    {
        _store.TryPut(Object(100, "u", owner: "first"), out _);
        _store.TryPut(Object(101, "u", owner: "second"), out _);

        Assert.Empty(_store.OwnedBy("first"));
        Assert.Single(_store.OwnedBy("second"));
    }

    private static RawObject Object(int version, string uid, string name = "a", string owner = "o") => RawObject.Parse(System.Text.Encoding.UTF8.GetBytes(
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"n","uid":"{{{uid}}}","resourceVersion":"{{{version}}}","ownerReferences":[{"apiVersion":"v1","kind":"X","name":"x","uid":"{{{owner}}}"}]}}"""));
}
