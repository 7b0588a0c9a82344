using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>
/// A BitTorrent tracker (BEP 3, BEP 23) that knows one seeder a torrent: the port in the path of
/// the announce URL.
/// </summary>
internal sealed class Tracker : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _seeding = [];
    private readonly int _port = Loopback.FreePort();

    internal Tracker()
    {
        _listener.Prefixes.Add($"http://{Network.Address}:{_port}/");
        _listener.Start();
        new Thread(Answer) { IsBackground = true }.Start();
    }

    /// <summary>For torrents whose seeder listens on that port.</summary>
    internal string Url(int seeder) => $"http://{Network.Address}:{_port}/{seeder}";

    /// <summary>Waits until the seeder says that it has all.</summary>
    internal void AwaitSeeder(int seeder)
    {
        if (!Seeding(seeder).Task.Wait(Patience))
            throw new TimeoutException("The seeder did not tell the tracker that it has all.");
    }

    public void Dispose() => _listener.Close();

    private TaskCompletionSource Seeding(int seeder) =>
        _seeding.GetOrAdd(
            seeder,
            _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );

    private void Answer()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(_listener.GetContext());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The asker went, or the tracker is closed: the loop's condition tells.
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var request = context.Request;
        var seeder = int.Parse(request.Url!.AbsolutePath[1..], CultureInfo.InvariantCulture);
        var isSeeder = request.QueryString["port"] == $"{seeder}";
        if (isSeeder && request.QueryString["left"] == "0")
            Seeding(seeder).TrySetResult();
        byte[] peers = isSeeder
            ? []
            : [.. Network.Address.GetAddressBytes(), (byte)(seeder >> 8), (byte)(seeder & 0xFF)];
        var start = $"d8:intervali1800e5:peers{peers.Length}:";
        byte[] body = [.. start.Select(c => (byte)c), .. peers, (byte)'e'];
        context.Response.ContentType = "text/plain";
        context.Response.OutputStream.Write(body);
        context.Response.Close();
    }
}
