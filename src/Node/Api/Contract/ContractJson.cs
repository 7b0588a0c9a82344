using System.Text.Json.Serialization;

namespace FriendNet.Node.Api.Contract;

/// <summary>How the contract is written: no reflection, camelCase, ASCII only.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(Identity))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(NewInvite))]
[JsonSerializable(typeof(Invite))]
[JsonSerializable(typeof(IReadOnlyList<Invite>))]
[JsonSerializable(typeof(NewFriend))]
[JsonSerializable(typeof(FriendChange))]
[JsonSerializable(typeof(Friend))]
[JsonSerializable(typeof(IReadOnlyList<Friend>))]
[JsonSerializable(typeof(SafetyNumber))]
[JsonSerializable(typeof(NewGroup))]
[JsonSerializable(typeof(GroupChange))]
[JsonSerializable(typeof(Group))]
[JsonSerializable(typeof(IReadOnlyList<Group>))]
[JsonSerializable(typeof(LimitChange))]
[JsonSerializable(typeof(IReadOnlyList<Limit>))]
[JsonSerializable(typeof(Peer))]
[JsonSerializable(typeof(IReadOnlyList<Peer>))]
[JsonSerializable(typeof(Pong))]
[JsonSerializable(typeof(IReadOnlyList<PathShown>))]
[JsonSerializable(typeof(NewShare))]
[JsonSerializable(typeof(ShareChange))]
[JsonSerializable(typeof(Share))]
[JsonSerializable(typeof(IReadOnlyList<Share>))]
[JsonSerializable(typeof(IReadOnlyList<Entry>))]
[JsonSerializable(typeof(IReadOnlyList<Hit>))]
[JsonSerializable(typeof(Reach))]
[JsonSerializable(typeof(FileLink))]
[JsonSerializable(typeof(ExportedTorrent))]
[JsonSerializable(typeof(NewTransfer))]
[JsonSerializable(typeof(Transfer))]
[JsonSerializable(typeof(IReadOnlyList<Transfer>))]
[JsonSerializable(typeof(IReadOnlyList<FetchedFile>))]
public sealed partial class ContractJson : JsonSerializerContext;
