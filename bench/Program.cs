using System.Globalization;
using System.Numerics;
using BenchmarkDotNet.Running;
using FriendNet.Bench.Catalogs;
using FriendNet.Bench.EndToEnd;
using FriendNet.Bench.EndToEnd.Peers;
using FriendNet.Bench.Index;
using FriendNet.Bench.Links;

namespace FriendNet.Bench;

/// <summary>Whole-program measurements by name; all else goes to BenchmarkDotNet.</summary>
internal static class Program
{
    // One line each: NAME [FOLDER, NUMBER or WORD]...
    private static readonly Dictionary<string, Action<string[]>> Benches = new()
    {
        ["catalogs"] = rest => CatalogsOf(rest),
        ["index"] = rest => IndexBench.Run(Folder(rest, 0)),
        ["latency"] = rest => LatencyBench.Run(Node, Folder(rest, 0)),
        ["link"] = rest => LinkBench.Run(Number(rest, 0, 4), Number(rest, 1, 5)),
        ["peers"] = rest =>
            PeersBench.Run(Node, Folder(rest, 0), Number(rest, 1, 2.0), Number(rest, 2, 3)),
        ["play"] = rest =>
            PlayBench.Run(Node, Folder(rest, 0), Number(rest, 1, 500), Number(rest, 2, 5)),
        ["poison"] = rest =>
            PoisonBench.Run(Node, Folder(rest, 0), Number(rest, 1, 512), Number(rest, 2, 3)),
        ["relay"] = rest =>
            RelayBench.Run(Node, Folder(rest, 0), Number(rest, 1, 2), Number(rest, 2, 5)),
        ["swarm"] = rest => SwarmBench.Run(Node, Folder(rest, 0), Word(rest, 1, SwarmBench.All)),
        ["transfer"] = rest => TransferBench.Run(Node, Folder(rest, 0), Number(rest, 1, 5)),
    };

    private static string Node => Path.GetFullPath("artifacts/run/friendnet");

    internal static void Main(string[] args)
    {
        if (args is [var name, .. var rest] && Benches.TryGetValue(name, out var bench))
            bench(rest);
        else
            BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    }

    private static void CatalogsOf(string[] rest)
    {
        if (rest.Length < 2)
            CatalogBench.Run(Folder([], 0));
        SearchBench.Run(Folder(rest, 1), entries: Number(rest, 0, 1_000_000));
    }

    private static string Folder(string[] rest, int at) =>
        (
            at < rest.Length
                ? Directory.CreateDirectory(rest[at])
                : Directory.CreateTempSubdirectory("friendnet-")
        ).FullName;

    private static string Word(string[] rest, int at, string otherwise) =>
        at < rest.Length ? rest[at] : otherwise;

    private static T Number<T>(string[] rest, int at, T otherwise)
        where T : INumber<T> =>
        at < rest.Length ? T.Parse(rest[at], CultureInfo.InvariantCulture) : otherwise;
}
