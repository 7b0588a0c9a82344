using System.Globalization;
using System.Text;

namespace FriendNet.Node.Api;

/// <summary>One figure for Prometheus.</summary>
/// <param name="Kind">counter or gauge.</param>
/// <param name="Labels">Names and values; rows of one name stand together.</param>
public sealed record Metric(
    string Name,
    string Kind,
    string Meaning,
    double Value,
    params IReadOnlyList<(string Name, string Value)> Labels
);

/// <summary>Prometheus text format 0.0.4.</summary>
public static class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<Metric> metrics)
    {
        var text = new StringBuilder();
        var last = "";
        foreach (var metric in metrics)
        {
            if (metric.Name != last)
            {
                text.Append("# HELP ").Append(metric.Name).Append(' ').Append(metric.Meaning);
                text.Append("\n# TYPE ").Append(metric.Name).Append(' ').Append(metric.Kind);
                text.Append('\n');
                last = metric.Name;
            }

            text.Append(metric.Name).Append(Labels(metric.Labels)).Append(' ');
            text.Append(metric.Value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.ToString();
    }

    private static string Labels(IReadOnlyList<(string Name, string Value)> labels) =>
        labels.Count == 0 ? "" : $"{{{string.Join(',', labels.Select(Label))}}}";

    private static string Label((string Name, string Value) label) =>
        $"{label.Name}=\"{Escape(label.Value)}\"";

    private static string Escape(string value) =>
        value
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
