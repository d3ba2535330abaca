namespace MonotonicReads.Routing;

/// <summary>Who is told when the driver closes its connection. No delegate: one would be made with each connection.</summary>
internal interface IToldOfClosing
{
    void NoteClosed();
}
