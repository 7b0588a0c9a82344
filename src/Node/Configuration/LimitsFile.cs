using System.Text.Json;
using System.Text.Json.Nodes;
using FriendNet.Node.Failures;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Configuration;

/// <summary>limits.json: what was set while the daemon ran; a list of objects.</summary>
public static class LimitsFile
{
    /// <exception cref="FailureException">It cannot be read, or is damaged.</exception>
    public static IReadOnlyList<SaidLimit> Read(string path)
    {
        try
        {
            return File.Exists(path)
                ? [.. JsonNode.Parse(File.ReadAllBytes(path))!.AsArray().Select(Of)]
                : [];
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new FailureException(
                FailureKind.Damaged,
                $"{path} is damaged: delete it, and say again what `limit set` said.",
                e
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(FailureKind.Disk, $"{path}: {e.Message}", e);
        }
    }

    /// <summary>All of it or nothing, on disk when this returns.</summary>
    /// <exception cref="FailureException">The disk did not take it.</exception>
    public static void Write(string path, IEnumerable<SaidLimit> limits)
    {
        var list = new JsonArray([
            .. limits.Select(one => new JsonObject
            {
                ["kind"] = LimitWords.Of(one.Kind),
                ["friend"] = one.Friend?.ToString(),
                ["rate"] = one.Rate,
            }),
        ]);
        var beside = path + ".new";
        try
        {
            using (var file = File.Create(beside))
            {
                using (var json = new Utf8JsonWriter(file))
                {
                    list.WriteTo(json);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
            FolderSync.Sync(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(FailureKind.Disk, $"{path}: {e.Message}", e);
        }
    }

    private static SaidLimit Of(JsonNode? node)
    {
        if (!LimitWords.TryParse((string?)node?["kind"] ?? "", out var kind))
        {
            throw new FormatException("kind");
        }

        FriendId? friend = null;
        if ((string?)node!["friend"] is { } text)
        {
            friend = FriendId.TryParse(text, out var id) ? id : throw new FormatException("friend");
        }

        return (long?)node["rate"] is var rate && rate is null or >= 0
            ? new SaidLimit(kind, friend, rate)
            : throw new FormatException("rate");
    }
}
