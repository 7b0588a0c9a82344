using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Configuration;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Cli.Verbs;

internal static class InitVerb
{
    // Above what servers use, below what the kernel hands out: chosen once, kept for good.
    private const int PortMin = 20_000;
    private const int PortMax = 32_000;

    public static Verb Build()
    {
        var name = new Option<string>("--name")
        {
            HelpName = "NAME",
            Required = true,
            Description = "What friends you make will call you",
        };
        var passphrase = new Option<string?>("--passphrase-file")
        {
            HelpName = "FILE",
            Description = "Lock the keys with the passphrase in this file (or pipe)",
        };
        return new Verb(
            "init",
            "Make your identity: a pair of keys in the home folder. Keep a copy of identity.key.",
            "friendnet init --name Alice",
            "friendnet init --name Alice --passphrase-file ~/.friendnet-passphrase"
        )
        {
            name,
            passphrase,
        }.Does(call =>
            Run(
                call,
                call.Value(name)!,
                call.Value(passphrase) is { } file ? Call.FullPath(file, passphrase.Name) : null
            )
        );
    }

    private static Task Run(Call call, string name, string? passphraseFile)
    {
        var key = SettingKey.All.Single(key => key.Name == "name");
        name = new SettingValue(key, [name], "--name").NodeName();
        call.Home.Create();
        using var held = HomeLock.Take(call.Home);
        call.Home.RequireNew();
        var port = RandomNumberGenerator.GetInt32(PortMin, PortMax);
        var any = Socket.OSSupportsIPv6 ? "[::]" : "0.0.0.0";
        // The key last: with it there is an identity, and without it init can be run again.
        SettingsFile.Write(call.Home.ConfigFile, name, $"{any}:{port}");
        using var keys = IdentityFile.Create(call.Home, passphraseFile, new SystemEntropy());
        var id = FriendId.Of(keys.Signing.PublicKey.Bytes).ToString();
        call.Answer(
            new Identity(name, id, call.Home.Folder, passphraseFile is not null),
            ContractJson.Default.Identity,
            made =>
            {
                call.Line($"{made.Name} is {made.Id}, in {made.Home}.");
                call.Hint("Next: `friendnet daemon`, or enable the systemd user unit.");
            }
        );
        return Task.CompletedTask;
    }
}
