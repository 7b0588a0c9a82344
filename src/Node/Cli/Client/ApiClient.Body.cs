using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Client;

public sealed partial class ApiClient
{
    private const int HeadLinesMax = 100;
    private const int HeadLineBytesMax = 8 * 1024;
    private const int PieceBytes = 64 * 1024;

    /// <summary>
    /// Copies the bytes of a file as they come, from one on. False: they broke off, and the daemon
    /// knows why. Ends well also when nobody takes them any more.
    /// </summary>
    /// <exception cref="FailureException">Refused, before the first byte.</exception>
    public async Task<bool> Copy(string path, long from, Stream to, CancellationToken cancel)
    {
        await using var stream = await Request(
            "GET",
            path,
            null,
            cancel,
            $"Range: bytes={from}-\r\n"
        );
        await using var body = new BufferedStream(stream, PieceBytes);
        var (status, length) = await Head(body, cancel);
        if (status is not (200 or 206))
        {
            using var reader = new StreamReader(body, Encoding.UTF8);
            throw Refusal(await reader.ReadToEndAsync(cancel), status);
        }

        var piece = new byte[PieceBytes];
        while (length > 0)
        {
            var count = await Read(body, piece, cancel);
            if (count == 0)
            {
                return false;
            }

            length -= count;
            try
            {
                await to.WriteAsync(piece.AsMemory(0, count), cancel);
                await to.FlushAsync(cancel);
            }
            catch (IOException)
            {
                // The player was closed.
                return true;
            }
        }

        return true;
    }

    private static async Task<int> Read(Stream body, byte[] piece, CancellationToken cancel)
    {
        try
        {
            return await body.ReadAsync(piece, cancel);
        }
        catch (IOException error) when (error.InnerException is SocketException)
        {
            return 0;
        }
    }

    /// <summary>Reads the head and nothing behind it.</summary>
    private static async Task<(int Status, long Length)> Head(Stream body, CancellationToken cancel)
    {
        var first = await HeadLine(body, cancel);
        var length = 0L;
        for (var lines = 0; lines < HeadLinesMax; lines++)
        {
            var line = await HeadLine(body, cancel);
            if (line.Length == 0)
            {
                // "HTTP/1.1 206 Partial Content"
                return
                    first.Length >= 12
                    && int.TryParse(first.AsSpan(9, 3), None, null, out var status)
                    ? (status, length)
                    : throw Stopped(null);
            }

            const string name = "Content-Length: ";
            if (line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                length = long.Parse(line.AsSpan(name.Length), None, CultureInfo.InvariantCulture);
            }
        }

        throw Stopped(null);
    }

    private static async Task<string> HeadLine(Stream body, CancellationToken cancel)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (line.Length < HeadLineBytesMax && await body.ReadAsync(one, cancel) == 1)
        {
            if (one[0] == (byte)'\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        throw Stopped(null);
    }

    private const NumberStyles None = NumberStyles.None;
}
