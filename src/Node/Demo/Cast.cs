using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Journal;

namespace FriendNet.Node.Demo;

/// <summary>All who play in the demo; none of their daemons outlives it.</summary>
internal sealed class Cast(string parent) : IAsyncDisposable
{
    private readonly List<DemoNode> _nodes = [];

    public async Task<DemoNode> Enter(
        string name,
        CancellationToken cancel,
        params IEnumerable<string> flags
    )
    {
        var node = await DemoNode.Start(name, parent, flags, cancel);
        lock (_nodes)
        {
            _nodes.Add(node);
        }

        return node;
    }

    /// <summary>What the daemons logged last, for a failure.</summary>
    public void ShowLogs(Screen screen)
    {
        foreach (var node in _nodes)
        {
            foreach (var line in node.Log())
            {
                screen.Error.WriteLine(Printable.Escape($"{node.Name}'s log: {line}"));
            }
        }
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
}
