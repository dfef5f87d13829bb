using Ahoi.Api.Json;

namespace Ahoi.Benchmarks.Chaos;

/// <summary>Remembers every volume that data were ever on, and which of them may go.</summary>
internal sealed class VolumeWatch(LiveWorld world)
{
    private readonly Dictionary<string, (string Customer, string Volume, string ClaimUid)> _seen = [];
    private readonly HashSet<string> _mayGo = [];

    /// <summary>Gets the uids of the volumes of data.</summary>
    public int Count => _seen.Count;

    /// <summary>Lets the data of a customer go: its deletion says so.</summary>
    public void LetGo(string customer) => _mayGo.Add(customer);

    public async Task LookAsync()
    {
        var volumes = (await world.Client.ListAsync(LiveWorld.Volumes, null)).Items.Select(v => (v.Name, v.Uid, Map: v.ToMap())).ToList();
        foreach (var (name, uid, map) in volumes)
        {
            var claim = map.At("spec", "claimRef") as JsonMap;
            if (claim?.Text("name") is { } claimed && claimed.StartsWith("data-", StringComparison.Ordinal) && !_seen.ContainsKey(uid!))
            {
                _seen[uid!] = (claimed["data-".Length..^"-postgres-0".Length], name, claim.Text("uid")!);
            }
        }
    }

    /// <summary>Gives the volumes that are gone, and the customers that have another than at first.</summary>
    /// <param name="present">The customers that are there from the beginning to the end.</param>
    public async Task<IReadOnlyList<string>> CheckAsync(IReadOnlyCollection<string> present)
    {
        await LookAsync();
        var uids = (await world.Client.ListAsync(LiveWorld.Volumes, null)).Items.Select(v => v.Uid).ToHashSet();
        return
        [
            .. _seen.Where(s => !uids.Contains(s.Key) && !_mayGo.Contains(s.Value.Customer)).Select(s => $"volume {s.Value.Volume} of {s.Value.Customer} is gone"),
            .. _seen.Values.Where(s => present.Contains(s.Customer)).GroupBy(s => s.Customer).Where(g => g.Count() > 1).Select(g => $"{g.Key} has had {g.Count()} volumes"),
        ];
    }
}
