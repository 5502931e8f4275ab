namespace Fan.Context;

/// <summary>A delivery as the server's side sees it.</summary>
internal sealed record DeliveredPush(PushInfo Info, string Transport);
