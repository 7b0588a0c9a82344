using System.Globalization;
using System.Text;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// What each entrant's fetches cost, round by round. Ratios are of the rates of one round, the
/// first entrant's to another's: what the machine does meanwhile meets both.
/// </summary>
internal sealed class Comparison(string title, IReadOnlyList<Entrant> entrants)
{
    private const double Gibibyte = 1L << 30;
    private const double Mebibyte = 1 << 20;
    private const int WhyMax = 200;

    private readonly Dictionary<Entrant, List<Cost>> _costs = entrants.ToDictionary(
        entrant => entrant,
        _ => new List<Cost>()
    );

    private readonly Dictionary<Entrant, string> _failures = [];

    internal void Add(Entrant entrant, Cost cost) => _costs[entrant].Add(cost);

    internal void Fail(Entrant entrant, string why)
    {
        var line = why.ReplaceLineEndings(" ").Trim();
        _failures[entrant] = line.Length > WhyMax ? $"{line[..WhyMax]} ..." : line;
    }

    internal bool HasFailed(Entrant entrant) => _failures.ContainsKey(entrant);

    internal void Print()
    {
        foreach (var entrant in entrants)
        {
            var name = $"{title}: {entrant.Peer.Name}";
            Console.WriteLine(
                _failures.TryGetValue(entrant, out var why)
                    ? $"{name}: failed: {why}"
                    : $"{name}: {Rates(entrant)} MB/s, {Seconds(entrant)} s, "
                        + $"{Cpu(entrant)} CPU s per GiB"
            );
        }

        foreach (var other in entrants.Skip(1).Where(e => !HasFailed(e) && !HasFailed(entrants[0])))
        {
            Console.WriteLine(
                $"{title}: {entrants[0].Peer.Name} is {Ratios(other)} times {other.Peer.Name}"
            );
        }
    }

    /// <summary>A table, and a line on what the heaps of the first gave out.</summary>
    internal string Markdown()
    {
        var first = entrants[0];
        var name = first.Peer.Name;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            | peer | seconds | MB/s | {name} ÷ its MB/s | CPU s/GiB | source MiB | sink MiB |
            |---|---|---|---|---|---|---|

            """
        );
        foreach (var entrant in entrants)
            text.Append("| ")
                .Append(entrant.Peer.Name)
                .Append(" | ")
                .Append(Row(entrant))
                .Append('\n');
        var heaps = _costs[first].Where(cost => cost.Allocated is not null).ToList();
        if (heaps.Count > 0)
        {
            var each = heaps.Select(c =>
                (double)c.Allocated! / Mebibyte / (first.Bytes / Gibibyte)
            );
            text.Append("\nHeap allocations of ").Append(name);
            text.Append("'s two daemons: ").Append(Rounds.Spread(each)).Append(" MiB per GiB.\n");
        }

        return text.ToString();
    }

    private string Row(Entrant entrant)
    {
        if (_failures.TryGetValue(entrant, out var why))
            return $"failed: {why.Replace("|", "\\|", StringComparison.Ordinal)} | | | | | |";
        var isRated = entrant != entrants[0] && !HasFailed(entrants[0]);
        string[] cells =
        [
            Seconds(entrant),
            Rates(entrant),
            isRated ? Ratios(entrant) : "",
            Cpu(entrant),
            Most(entrant, cost => cost.Source),
            Most(entrant, cost => cost.Sink),
        ];
        return string.Join(" | ", cells) + " |";
    }

    private string Seconds(Entrant entrant) =>
        Rounds.Spread(_costs[entrant].Select(cost => cost.WallSeconds));

    private string Rates(Entrant entrant) =>
        Rounds.Spread(_costs[entrant].Select(cost => Rate(entrant, cost)));

    private string Cpu(Entrant entrant) =>
        Rounds.Spread(_costs[entrant].Select(c => c.CpuSeconds / (entrant.Bytes / Gibibyte)));

    private string Ratios(Entrant other) =>
        Rounds.Spread(
            _costs[entrants[0]].Zip(_costs[other], (a, b) => Rate(entrants[0], a) / Rate(other, b))
        );

    private static double Rate(Entrant entrant, Cost cost) =>
        entrant.Bytes / cost.WallSeconds / 1e6;

    // "peak (anonymous)", the most of all rounds.
    private string Most(Entrant entrant, Func<Cost, Memory> end)
    {
        var most = _costs[entrant].Select(end).Aggregate((a, b) => a.Most(b));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{most.Peak / Mebibyte:0} ({most.Anonymous / Mebibyte:0})"
        );
    }
}
