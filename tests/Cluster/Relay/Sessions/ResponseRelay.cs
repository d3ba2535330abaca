using MonotonicReads.Cluster.Relay.Wire;

namespace MonotonicReads.Cluster.Relay.Sessions;

/// <summary>
/// Passes the answer to a command on, packet by packet, up to its end. Without a client the answer is read and dropped.
/// </summary>
internal sealed class ResponseRelay(PacketChannel? client, Capabilities capabilities)
{
    private const byte LocalInfile = 0xFB;

    private bool EndsMetadataWithEof => !capabilities.HasFlag(Capabilities.DeprecateEof);

    /// <summary>The answer to a query or an execution: one result or several.</summary>
    /// <returns>The last status; null after an error, which <see cref="Error"/> tells.</returns>
    public async Task<ServerStatus?> ResultsAsync(Backend from, CancellationToken cancellation)
    {
        while (true)
        {
            var first = await from.ReadAsync(cancellation).ConfigureAwait(false);
            ServerStatus? status;
            switch (first[0])
            {
                case OkPacket.Header:
                    await PassAsync(first, cancellation).ConfigureAwait(false);
                    status = OkPacket.Status(first);
                    break;
                case ErrorPacket.Header:
                    return await FailAsync(first, cancellation).ConfigureAwait(false);
                case LocalInfile:
                    await from.SendNoFileAsync(cancellation).ConfigureAwait(false);
                    await from.ReadAsync(cancellation).ConfigureAwait(false);
                    throw new RelayRefusedException("The relay does not pass on LOAD DATA LOCAL INFILE.");
                case var _ when EofPacket.IsEnd(first, capabilities):
                    await PassAsync(first, cancellation).ConfigureAwait(false); // the answer to COM_SET_OPTION
                    status = EofPacket.Status(first, capabilities);
                    break;
                default:
                    await PassAsync(first, cancellation).ConfigureAwait(false);
                    status = await ResultSetAsync(from, first, cancellation).ConfigureAwait(false);
                    break;
            }

            if (status?.HasFlag(ServerStatus.MoreResults) != true)
            {
                return status;
            }
        }
    }

    /// <summary>Rows up to their end: the answer to a fetch from a cursor too.</summary>
    public async Task<ServerStatus?> RowsAsync(Backend from, CancellationToken cancellation)
    {
        while (true)
        {
            var row = await from.ReadAsync(cancellation).ConfigureAwait(false);
            if (ErrorPacket.Is(row))
            {
                return await FailAsync(row, cancellation).ConfigureAwait(false);
            }

            await PassAsync(row, cancellation).ConfigureAwait(false);
            if (EofPacket.IsEnd(row, capabilities))
            {
                return EofPacket.Status(row, capabilities);
            }
        }
    }

    /// <summary>The answer to a preparation, with another number for the statement.</summary>
    /// <returns>The server's number, and how many parameters there are; null after an error.</returns>
    public async Task<(uint Number, int Parameters)?> PreparationAsync(Backend from, uint numberForClient, CancellationToken cancellation)
    {
        var first = await from.ReadAsync(cancellation).ConfigureAwait(false);
        if (ErrorPacket.Is(first))
        {
            await FailAsync(first, cancellation).ConfigureAwait(false);
            return null;
        }

        var number = BitConverter.ToUInt32(first, 1);
        int columns = BitConverter.ToUInt16(first, 5),
            parameters = BitConverter.ToUInt16(first, 7);
        BitConverter.TryWriteBytes(first.AsSpan(1), numberForClient);
        await PassAsync(first, cancellation).ConfigureAwait(false);
        foreach (var count in (int[])[parameters, columns])
        {
            var packets = count > 0 && EndsMetadataWithEof ? count + 1 : count;
            for (var i = 0; i < packets; i++)
            {
                await PassAsync(await from.ReadAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            }
        }

        return (number, parameters);
    }

    /// <summary>The error that ended the answer.</summary>
    public (int Code, string Message)? Error { get; private set; }

    private async Task<ServerStatus?> ResultSetAsync(Backend from, byte[] first, CancellationToken cancellation)
    {
        var (columns, hasMetadata) = Count(first);
        for (var i = 0UL; hasMetadata && i < columns; i++)
        {
            await PassAsync(await from.ReadAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        }

        if (EndsMetadataWithEof)
        {
            var end = await from.ReadAsync(cancellation).ConfigureAwait(false);
            await PassAsync(end, cancellation).ConfigureAwait(false);
            var status = EofPacket.Status(end, capabilities);
            if (status.HasFlag(ServerStatus.CursorExists))
            {
                return status; // rows come when they are fetched
            }
        }

        return await RowsAsync(from, cancellation).ConfigureAwait(false);
    }

    private (ulong Columns, bool HasMetadata) Count(byte[] first)
    {
        var reader = new PayloadReader(first);
        var columns = reader.LengthEncoded();
        return (columns, !capabilities.HasFlag(Capabilities.CacheMetadata) || reader.IsAtEnd || reader.Byte() != 0);
    }

    private async Task<ServerStatus?> FailAsync(byte[] error, CancellationToken cancellation)
    {
        Error = ErrorPacket.Read(error);
        await PassAsync(error, cancellation).ConfigureAwait(false);
        return null;
    }

    private ValueTask PassAsync(byte[] payload, CancellationToken cancellation) =>
        client is null ? ValueTask.CompletedTask : client.WriteAsync(payload, cancellation);
}
