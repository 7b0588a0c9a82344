using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Links;

/// <summary>
/// Answers out of what some viewer may see, each from before it is read until all of it went out.
/// For any thread.
/// </summary>
internal sealed class AnswersUnderWay
{
    private readonly List<(FriendId Viewer, Answer Answer)> _answers = [];

    /// <summary>Before anything is read for it: a change in between finds it here.</summary>
    internal void Add(FriendId viewer, Answer answer)
    {
        lock (_answers)
        {
            _answers.RemoveAll(one => one.Answer.IsGone);
            _answers.Add((viewer, answer));
        }
    }

    /// <summary>It has nothing of any viewer in it.</summary>
    internal void Remove(Answer answer)
    {
        lock (_answers)
        {
            _answers.RemoveAll(one => one.Answer == answer);
        }
    }

    /// <summary>
    /// This viewer sees less: what was read before ends here, with all of it that waits to be sent.
    /// </summary>
    internal void Reset(FriendId viewer)
    {
        Answer[] all;
        lock (_answers)
        {
            all = [.. _answers.Where(one => one.Viewer == viewer).Select(one => one.Answer)];
        }

        foreach (var answer in all)
        {
            answer.Reset(ResetCode.NotFound);
        }
    }
}
