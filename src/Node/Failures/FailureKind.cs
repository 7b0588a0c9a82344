namespace FriendNet.Node.Failures;

/// <summary>What can go wrong, told apart for scripts; the value is the exit code.</summary>
public enum FailureKind
{
    None = 0,
    Internal = 1,
    Usage = 2,
    NotRunning = 3,
    NotFound = 4,
    NoSource = 5,
    Disk = 6,
    Corrupt = 7,
    Cancelled = 8,
    Invitation = 9,
    HomeInUse = 10,
    PortInUse = 11,
    Damaged = 12,
    Setup = 13,
    Exists = 14,
    Unreachable = 15,
    Full = 16,
    Interrupted = 130,
}
