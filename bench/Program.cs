using BenchmarkDotNet.Running;
using FriendNet.Bench.Catalogs;
using FriendNet.Bench.EndToEnd;
using FriendNet.Bench.Index;
using FriendNet.Bench.Links;

namespace FriendNet.Bench;

/// <summary>Whole-program measurements by name; all else goes to BenchmarkDotNet.</summary>
internal static class Program
{
    internal static void Main(string[] args)
    {
        switch (args)
        {
            case ["transfer", .. var rest]:
                TransferBench.Run(Path.GetFullPath("artifacts/run/friendnet"), Folder(rest));
                break;
            case ["relay", .. var rest]:
                RelayBench.Run(
                    Path.GetFullPath("artifacts/run/friendnet"),
                    Folder([.. rest.Take(1)]),
                    gibibytes: rest is [_, var relayed, ..] ? int.Parse(relayed) : 2,
                    runs: rest is [_, _, var runs] ? int.Parse(runs) : 5
                );
                break;
            case ["swarm", .. var rest]:
                SwarmBench.Run(Path.GetFullPath("artifacts/run/friendnet"), Folder(rest));
                break;
            case ["index", .. var rest]:
                IndexBench.Run(Folder(rest));
                break;
            case ["catalogs", .. var rest]:
                if (rest.Length < 2)
                    CatalogBench.Run(Folder([]));
                SearchBench.Run(
                    Folder([.. rest.Skip(1)]),
                    entries: rest is [var entries, ..] ? int.Parse(entries) : 1_000_000
                );
                break;
            case ["link", .. var rest]:
                LinkBench.Run(
                    gibibytes: rest is [var size, ..] ? int.Parse(size) : 4,
                    rounds: rest is [_, var rounds] ? int.Parse(rounds) : 5
                );
                break;
            default:
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
                break;
        }
    }

    private static string Folder(string[] rest) =>
        rest is [var folder] ? folder : Directory.CreateTempSubdirectory("friendnet-").FullName;
}
