namespace FriendNet.Node.Downloads;

/// <summary>A download cannot start; the message is one sentence that says why.</summary>
public sealed class DownloadRefusedException(string sentence) : Exception(sentence);
