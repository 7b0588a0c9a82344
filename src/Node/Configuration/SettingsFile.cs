using System.Text.Json;
using System.Text.Json.Nodes;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Configuration;

/// <summary>config.json: one object, known keys only, each of its type.</summary>
public static class SettingsFile
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <exception cref="FailureException">Names the file, the key, and what was meant.</exception>
    public static IReadOnlyList<SettingValue> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. document.RootElement.EnumerateObject().Select(property => Of(property, path))]
                : throw Wrong(path, "must hold one object: { \"listen\": \"0.0.0.0:4100\" }");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException error)
        {
            throw Wrong(path, $"is not JSON: {Printable.Escape(error.Message)}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(FailureKind.Disk, $"{path}: {error.Message}", error);
        }
    }

    /// <summary>Says who this is and where it listens; keeps what else is said.</summary>
    /// <exception cref="FailureException">What is there is not right.</exception>
    public static void Write(string path, string name, string listen)
    {
        _ = Read(path);
        var settings = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
        settings["name"] = name;
        settings["listen"] ??= listen;
        var beside = path + ".new";
        using (var file = File.Create(beside))
        using (var json = new Utf8JsonWriter(file, Indented))
        {
            settings.WriteTo(json);
            json.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
        FolderSync.Sync(Path.GetDirectoryName(path)!);
    }

    private static SettingValue Of(JsonProperty property, string path)
    {
        var key = SettingKey.All.FirstOrDefault(key => key.Name == property.Name);
        if (key is null)
        {
            var hint = Suggestion.For(property.Name, SettingKey.All.Select(known => known.Name));
            throw Wrong(path, $"has an unknown key \"{Printable.Escape(property.Name)}\".{hint}");
        }

        var value = property.Value;
        return (key.Shape, value.ValueKind) switch
        {
            (SettingShape.Text or SettingShape.Texts, JsonValueKind.String) => new(
                key,
                [value.GetString()!],
                path
            ),
            (SettingShape.Texts, JsonValueKind.Array) when AllStrings(value) => new(
                key,
                [.. value.EnumerateArray().Select(item => item.GetString()!)],
                path
            ),
            (SettingShape.Switch, JsonValueKind.True) => new(key, ["true"], path),
            (SettingShape.Switch, JsonValueKind.False) => new(key, ["false"], path),
            _ => throw Wrong(path, $"must give {key.Name} as {Expected(key.Shape)}"),
        };
    }

    private static bool AllStrings(JsonElement array) =>
        array.GetArrayLength() > 0
        && array.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);

    private static string Expected(SettingShape shape) =>
        shape switch
        {
            SettingShape.Text => "a string",
            SettingShape.Texts => "a string or a list of strings",
            _ => "true or false",
        };

    private static FailureException Wrong(string path, string what) =>
        new(
            FailureKind.Setup,
            $"{path} {what.TrimEnd('.')}.".Replace("?.", "?", StringComparison.Ordinal)
        );
}
