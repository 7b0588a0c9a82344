namespace FriendNet.Protocol.Transfers;

/// <summary>
/// A rule by which the next runs are chosen. It knows no link and no clock: it is handed a fetch
/// and puts runs into it.
/// </summary>
internal interface IRunPicker
{
    /// <summary>Puts runs into the fetch until it is full; none if it has none to give.</summary>
    void Pick(Picking fetch);
}
