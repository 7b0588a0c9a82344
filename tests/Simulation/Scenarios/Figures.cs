namespace FriendNet.Simulation.Scenarios;

/// <summary>The middle, 99 of 100, and the most of a figure over nodes.</summary>
internal readonly record struct Spread(double Median, double Most99, double Max)
{
    internal static Spread Of(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return sorted.Length == 0 ? default : new(At(sorted, 0.5), At(sorted, 0.99), sorted[^1]);
    }

    private static double At(double[] sorted, double part) =>
        sorted[(int)Math.Min(sorted.Length - 1, part * sorted.Length)];
}

/// <summary>One line of the report.</summary>
/// <param name="Name">Stable: machines look for it.</param>
/// <param name="Limit">What the maximum may be; null: for information.</param>
internal sealed record Figure(string Name, string Title, string Unit, Spread Spread, double? Limit)
{
    internal bool IsMissed => Limit is { } limit && Spread.Max > limit;
}

/// <summary>What a scenario found.</summary>
/// <param name="Worst">Of each figure with a limit: the node that paid most, and what for.</param>
internal sealed record Findings(
    IReadOnlyList<Figure> Figures,
    IReadOnlyList<string> Wrong,
    IReadOnlyList<string> Worst
);
