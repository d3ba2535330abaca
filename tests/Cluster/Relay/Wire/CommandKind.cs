namespace MonotonicReads.Cluster.Relay.Wire;

/// <summary>The first byte of a command.</summary>
internal enum CommandKind : byte
{
    Quit = 0x01,
    InitDatabase = 0x02,
    Query = 0x03,
    Ping = 0x0E,
    ChangeUser = 0x11,
    Prepare = 0x16,
    Execute = 0x17,
    SendLongData = 0x18,
    CloseStatement = 0x19,
    ResetStatement = 0x1A,
    SetOption = 0x1B,
    Fetch = 0x1C,
    ResetConnection = 0x1F,
    BulkExecute = 0xFA,
}
