using FriendNet.Node.Configuration;

namespace FriendNet.Tests.Node;

/// <summary>A home in a folder of its own, gone afterwards.</summary>
internal sealed class TempHome : IDisposable
{
    internal TempHome()
    {
        Folder = Directory.CreateTempSubdirectory("fn-").FullName;
        Home = Home.At(Path.Combine(Folder, "home"), _ => null);
    }

    internal string Folder { get; }

    internal Home Home { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
