using System.Runtime.InteropServices;

namespace FriendNet.Node.Linux;

/// <summary>The file system refused; the message is one sentence that says what to do.</summary>
public sealed class DiskException : IOException
{
    internal const int NotPermitted = 1;
    internal const int NoEntry = 2;
    internal const int Interrupted = 4;
    internal const int InputOutput = 5;
    internal const int TryAgain = 11;
    internal const int AccessDenied = 13;
    internal const int Exists = 17;
    internal const int CrossDevice = 18;
    internal const int NotFolder = 20;
    internal const int IsFolder = 21;
    internal const int Invalid = 22;
    internal const int ProcessFiles = 24;
    internal const int FileTooBig = 27;
    internal const int NoSpace = 28;
    internal const int ReadOnlyFileSystem = 30;
    internal const int NameTooLong = 36;
    internal const int NotImplemented = 38;
    internal const int NotEmpty = 39;
    internal const int Loop = 40;
    internal const int NotSupported = 95;
    internal const int Stale = 116;
    internal const int Quota = 122;

    /// <param name="error">errno.</param>
    /// <param name="what">What was touched, as it may be shown to people.</param>
    public DiskException(int error, string what)
        : base(Sentence(error, what)) => Error = error;

    /// <summary>errno, as Linux numbers it.</summary>
    public int Error { get; }

    /// <summary>Whether making room would cure it.</summary>
    public bool IsFull => Error is NoSpace or Quota;

    internal static DiskException Last(string what) => new(Marshal.GetLastPInvokeError(), what);

    private static string Sentence(int error, string what) =>
        error switch
        {
            NoSpace => $"The disk is full while writing {what}: free some space, then resume.",
            Quota => $"Your disk quota is used up while writing {what}: free some space, "
                + "then resume.",
            AccessDenied or NotPermitted => $"No permission for {what}: change its owner or mode.",
            ReadOnlyFileSystem => $"{what} is on a file system that is mounted read-only.",
            NoEntry => $"{what} does not exist (any more).",
            Exists => $"{what} exists already and is left as it is.",
            Loop or CrossDevice => $"{what} leads through a symbolic link, which is not followed: "
                + "remove the link.",
            NotFolder => $"{what} leads through something that is not a folder.",
            Stale => $"{what} was replaced by something else while it arrived: move that away.",
            NameTooLong => $"The name of {what} is too long for this file system.",
            FileTooBig => $"{what} is larger than this file system or a limit allows.",
            ProcessFiles => "Too many files are open: raise the limit (ulimit -n).",
            InputOutput => $"The disk reports an error for {what}: check the disk (dmesg).",
            _ => $"{what}: {Marshal.GetPInvokeErrorMessage(error)}.",
        };
}
