using FriendNet.Node.Cli;
using FriendNet.Node.Cli.Client;
using FriendNet.Node.Demo;

namespace FriendNet.Node;

internal static class Program
{
    internal static Task<int> Main(string[] args)
    {
        WarmUp.Start();
        return new CommandLine(DemoVerb.Build).Run(args);
    }
}
