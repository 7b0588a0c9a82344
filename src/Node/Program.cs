using FriendNet.Node.Cli;
using FriendNet.Node.Demo;

namespace FriendNet.Node;

internal static class Program
{
    internal static Task<int> Main(string[] args) => new CommandLine(DemoVerb.Build).Run(args);
}
