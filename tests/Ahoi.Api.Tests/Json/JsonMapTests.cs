using Ahoi.Api.Json;

namespace Ahoi.Api.Tests.Json;

public sealed class JsonMapTests
{
    [Theory]
    [InlineData(1, 8)]
    [InlineData(2, 30)]
    [InlineData(3, 300)]
    [InlineData(4, 800)]
    public void Changes_InAnyOrder_KeepWhatAnOrderedListKeeps(int seed, int names)
    {
        var random = new Random(seed);
        var map = new JsonMap();
        var model = new List<KeyValuePair<string, object?>>();
        for (var i = 0; i < 6 * names; i++)
        {
            var key = $"k{random.Next(names)}";
            var at = model.FindIndex(e => e.Key == key);
            switch (random.Next(names > 100 ? 1000 : 100))
            {
                case 0:
                    map.Clear();
                    model.Clear();
                    break;
                case 1:
                    map = map.DeepClone();
                    break;
                case < 45:
                    Assert.Equal(at >= 0, map.Remove(key));
                    model.RemoveAll(e => e.Key == key);
                    break;
                default:
                    map[key] = (long)i;
                    if (at >= 0)
                    {
                        model[at] = new(key, (long)i);
                    }
                    else
                    {
                        model.Add(new(key, (long)i));
                    }

                    break;
            }

            Assert.Equal(model.Count, map.Count);
            Assert.Equal(model.Exists(e => e.Key == key), map.ContainsKey(key));
            if (i % 7 == 0)
            {
                Assert.Equal(model, map);
                Assert.Equal(model.Select(e => e.Key), map.Keys);
                Assert.Equal(model.Select(e => e.Value), map.Values);
            }
        }
    }

    [Fact]
    public void Remove_OfEveryEntryOfALargeMap_CostsNoMoreThanTheMap()
    {
        var map = new JsonMap();
        for (var i = 0; i < 100_000; i++)
        {
            map[$"k{i}"] = null;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var key in map.Keys.ToList())
        {
            map.Remove(key);
        }

        Assert.Empty(map);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L << 20);
    }
}
