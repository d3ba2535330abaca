using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MonotonicReads.Cluster.Relay.Login;
using MonotonicReads.Cluster.Relay.Wire;

namespace MonotonicReads.Cluster.Relay.Sessions;

/// <summary>One client of the relay: takes its commands one after another, has each routed and passes the answer on.</summary>
internal sealed partial class RelaySession : IAsyncDisposable
{
    private const uint LastPrepared = uint.MaxValue;

    private readonly StatementRelay _relay;
    private readonly PacketChannel _channel;
    private readonly SessionBackends _backends;
    private readonly Dictionary<uint, PreparedStatement> _prepared = [];
    private readonly RelayClient _client;
    private uint _preparedSoFar;
    private Backend? _transaction;
    private Backend? _last;
    private (byte[] Command, StatementToRoute Statement)? _nextTransaction;
    private bool _hasOwnIsolation;
    private bool _isToClose;
    private volatile Backend? _busy;

    public RelaySession(StatementRelay relay, int number, PacketChannel channel, ClientLogin login)
    {
        (_relay, _channel, _backends, _client) = (relay, channel, new SessionBackends(login, relay), new RelayClient(number));
    }

    /// <summary>The server that is at work for this client, and the number of its connection there.</summary>
    public (RelayServer Server, uint ConnectionId)? Busy => _busy is { } busy ? (busy.Server, busy.Greeting.ConnectionId) : null;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            _channel.BeginCommand();
            var command = await _channel.ReadAsync(cancellation).ConfigureAwait(false);
            if (command is null)
            {
                return;
            }

            _relay.CountCommand();
            if (command.Length == 0 || command[0] == (byte)CommandKind.Quit)
            {
                return;
            }

            if (command[0] == (byte)CommandKind.Query && _channel.HasMore && _relay.Route.MisnumbersPipelined)
            {
                _channel.Misnumber();
            }

            try
            {
                await DispatchAsync((CommandKind)command[0], command, cancellation).ConfigureAwait(false);
            }
            catch (RelayRefusedException refusal)
            {
                await Task.Delay(refusal.After, cancellation).ConfigureAwait(false);
                await _channel.WriteAsync(ErrorPacket.Write(refusal.Code, refusal.Message), cancellation).ConfigureAwait(false);
            }
            catch (RelayBackendException lost)
            {
                await LoseAsync(lost).ConfigureAwait(false);
                await _channel.WriteAsync(ErrorPacket.Write(RelayBackendException.Code, lost.Message), cancellation).ConfigureAwait(false);
            }
            finally
            {
                _busy = null;
            }

            if (_isToClose)
            {
                return;
            }

            await _channel.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => _backends.DisposeAsync();

    private Task DispatchAsync(CommandKind kind, byte[] command, CancellationToken cancellation) =>
        kind switch
        {
            CommandKind.Query => QueryAsync(command, cancellation),
            CommandKind.Prepare => PrepareAsync(command, cancellation),
            CommandKind.Execute or CommandKind.BulkExecute => ExecuteAsync(command, cancellation),
            CommandKind.SendLongData => SendLongDataAsync(command, cancellation),
            CommandKind.Fetch => FetchAsync(command, cancellation),
            CommandKind.ResetStatement => ResetStatementAsync(command, cancellation),
            CommandKind.CloseStatement => CloseStatementAsync(command, cancellation),
            CommandKind.InitDatabase => UseAsync(command, cancellation),
            CommandKind.SetOption => SetOptionAsync(command, cancellation),
            CommandKind.ResetConnection => ResetAsync(cancellation),
            CommandKind.Ping => AcknowledgeAsync(cancellation),
            CommandKind.ChangeUser => throw new RelayRefusedException("The relay does not pass on COM_CHANGE_USER: it has one user."),
            _ => throw new RelayRefusedException($"The relay does not know the command 0x{command[0]:x2}."),
        };

    private async Task QueryAsync(byte[] command, CancellationToken cancellation)
    {
        var statement = StatementOf(command);
        if (Kill().Match(statement.Bare.Text) is { Success: true } kill)
        {
            await _relay
                .KillAsync(int.Parse(kill.Groups["number"].Value, CultureInfo.InvariantCulture), kill.Groups["query"].Success, cancellation)
                .ConfigureAwait(false);
            await AcknowledgeAsync(cancellation).ConfigureAwait(false);
            return;
        }

        if (statement.Bare.IsNextTransaction && _transaction is null)
        {
            // Where the next transaction will be is not known yet.
            _nextTransaction = (command, statement);
            await AcknowledgeAsync(cancellation).ConfigureAwait(false);
            return;
        }

        var isSetting = statement.Bare.IsSessionSet;
        var backend = isSetting
            ? await AnyAsync(cancellation).ConfigureAwait(false)
            : await TargetAsync(statement, cancellation).ConfigureAwait(false);
        if (!isSetting)
        {
            await BeginNextTransactionAsync(backend, cancellation).ConfigureAwait(false);
        }

        Record(isSetting ? StatementKind.Session : StatementKind.Text, statement, backend);
        using var busy = isSetting ? null : _relay.Route.Occupy(backend.Server);
        var status = await PassAsync(backend, command, cancellation).ConfigureAwait(false);
        if (status is null)
        {
            return;
        }

        if (isSetting)
        {
            _backends.Set(command, backend);
        }
        else if (BareSql.UsedDatabase(statement.Text) is { } database)
        {
            backend.Database = _backends.Database = database;
        }
    }

    private async Task PrepareAsync(byte[] command, CancellationToken cancellation)
    {
        var statement = StatementOf(command);
        var backend = await TargetAsync(statement, cancellation).ConfigureAwait(false);
        Record(StatementKind.Prepare, statement, backend);
        using var busy = _relay.Route.Occupy(backend.Server);
        var number = ++_preparedSoFar;
        _busy = backend;
        await backend.SendAsync(command, cancellation).ConfigureAwait(false);
        var there = await new ResponseRelay(_channel, _backends.Capabilities)
            .PreparationAsync(backend, number, cancellation)
            .ConfigureAwait(false);
        if (there is { } known)
        {
            _prepared.Add(number, new(command, statement, known.Parameters) { Numbers = { [backend] = known.Number }, Last = backend });
        }
    }

    private async Task ExecuteAsync(byte[] command, CancellationToken cancellation)
    {
        var prepared = Prepared(command);
        if (prepared.Failure is { } failure)
        {
            prepared.Failure = null;
            throw failure;
        }

        if (_transaction is not null && _hasOwnIsolation && _relay.Route.MistakesOwnIsolation)
        {
            _isToClose = true;
            return;
        }

        // Long data and the types of parameters that are not sent again are where the last execution was.
        var mustStay = prepared.HasLongData || !BringsTypes(command, prepared.Parameters);
        var backend =
            mustStay && prepared.Last is { } last && _backends.Open.Contains(last)
                ? last
                : await TargetAsync(prepared.Statement, cancellation).ConfigureAwait(false);
        await BeginNextTransactionAsync(backend, cancellation).ConfigureAwait(false);
        await PrepareThereAsync(prepared, backend, cancellation).ConfigureAwait(false);
        prepared.HasLongData = false;
        prepared.Last = backend;
        Record(StatementKind.Execute, prepared.Statement, backend);
        using var busy = _relay.Route.Occupy(backend.Server);
        await PassAsync(backend, Renumbered(command, prepared.Numbers[backend]), cancellation).ConfigureAwait(false);
    }

    private async Task SendLongDataAsync(byte[] command, CancellationToken cancellation)
    {
        var prepared = Prepared(command);
        try
        {
            var backend = prepared is { HasLongData: true, Last: { } last }
                ? last
                : await TargetAsync(prepared.Statement, cancellation).ConfigureAwait(false);
            await PrepareThereAsync(prepared, backend, cancellation).ConfigureAwait(false);
            await backend.SendAsync(Renumbered(command, prepared.Numbers[backend]), cancellation).ConfigureAwait(false);
            prepared.HasLongData = true;
            prepared.Last = backend;
        }
        catch (RelayBackendException lost)
        {
            await LoseAsync(lost).ConfigureAwait(false);
            prepared.Failure = lost;
        }
    }

    private async Task FetchAsync(byte[] command, CancellationToken cancellation)
    {
        var prepared = Prepared(command);
        var backend = prepared.Last ?? throw new RelayRefusedException("The statement has no cursor.");
        _busy = backend;
        await backend.SendAsync(Renumbered(command, prepared.Numbers[backend]), cancellation).ConfigureAwait(false);
        Finished(backend, await new ResponseRelay(_channel, _backends.Capabilities).RowsAsync(backend, cancellation).ConfigureAwait(false));
    }

    private async Task ResetStatementAsync(byte[] command, CancellationToken cancellation)
    {
        var prepared = Prepared(command);
        prepared.HasLongData = false;
        foreach (var (backend, number) in prepared.Numbers)
        {
            await _backends.RunAsync(backend, Renumbered(command, number), cancellation).ConfigureAwait(false);
        }

        await AcknowledgeAsync(cancellation).ConfigureAwait(false);
    }

    // Has no answer, whatever happens.
    private async Task CloseStatementAsync(byte[] command, CancellationToken cancellation)
    {
        if (!_prepared.Remove(BinaryPrimitives.ReadUInt32LittleEndian(command.AsSpan(1)), out var prepared))
        {
            return;
        }

        foreach (var (backend, number) in prepared.Numbers)
        {
            try
            {
                await backend.SendAsync(Renumbered(command, number), cancellation).ConfigureAwait(false);
            }
            catch (RelayBackendException lost)
            {
                await LoseAsync(lost).ConfigureAwait(false);
            }
        }
    }

    private async Task UseAsync(byte[] command, CancellationToken cancellation)
    {
        var backend = await AnyAsync(cancellation).ConfigureAwait(false);
        if (await PassAsync(backend, command, cancellation).ConfigureAwait(false) is not null)
        {
            backend.Database = _backends.Database = Encoding.UTF8.GetString(command.AsSpan(1));
        }
    }

    private async Task SetOptionAsync(byte[] command, CancellationToken cancellation)
    {
        var backend = await AnyAsync(cancellation).ConfigureAwait(false);
        if (await PassAsync(backend, command, cancellation).ConfigureAwait(false) is not null)
        {
            _backends.Set(command, backend);
        }
    }

    private async Task ResetAsync(CancellationToken cancellation)
    {
        _prepared.Clear();
        (_transaction, _nextTransaction, _client.PinnedTo) = (null, null, null);
        await _backends.ResetAsync(cancellation).ConfigureAwait(false);
        await AcknowledgeAsync(cancellation).ConfigureAwait(false);
    }

    private async Task AcknowledgeAsync(CancellationToken cancellation) =>
        await _channel
            .WriteAsync(
                OkPacket.Write(ServerStatus.Autocommit | (_transaction is null ? ServerStatus.None : ServerStatus.InTransaction)),
                cancellation
            )
            .ConfigureAwait(false);

    private StatementToRoute StatementOf(byte[] command) => new(Encoding.UTF8.GetString(command.AsSpan(1)), _client, _relay.Servers);

    private Task<Backend> TargetAsync(StatementToRoute statement, CancellationToken cancellation) =>
        _transaction is { } transaction ? Task.FromResult(transaction) : ReachAsync(() => _relay.Route.Pick(statement), cancellation);

    /// <summary>Where to run what is the same everywhere.</summary>
    private Task<Backend> AnyAsync(CancellationToken cancellation) =>
        _transaction is { } transaction ? Task.FromResult(transaction) : ReachAsync(AnyServer, cancellation);

    private RelayServer AnyServer() =>
        _client.PinnedTo
        ?? (_last is { Server.IsAvailable: true } last ? last.Server : _relay.Servers.FirstOrDefault(server => server.IsAvailable))
        ?? throw new RelayRefusedException("The relay has no available server.");

    // A server that cannot be reached is left out from then on, and another one is asked for.
    private async Task<Backend> ReachAsync(Func<RelayServer> pick, CancellationToken cancellation)
    {
        while (true)
        {
            var server = pick();
            try
            {
                return await _backends.ReadyAsync(server, cancellation).ConfigureAwait(false);
            }
            catch (RelayBackendException) when (server.IsAvailable && _backends.Of(server) is null)
            {
                server.IsAvailable = false;
            }
        }
    }

    private async Task BeginNextTransactionAsync(Backend backend, CancellationToken cancellation)
    {
        _hasOwnIsolation = _transaction is null ? _nextTransaction is not null : _hasOwnIsolation;
        if (_nextTransaction is { } next)
        {
            _nextTransaction = null;
            Record(StatementKind.Session, next.Statement, backend);
            await _backends.RunAsync(backend, next.Command, cancellation).ConfigureAwait(false);
        }
    }

    private async Task PrepareThereAsync(PreparedStatement prepared, Backend backend, CancellationToken cancellation)
    {
        if (prepared.Numbers.ContainsKey(backend))
        {
            return;
        }

        Record(StatementKind.Prepare, prepared.Statement, backend);
        await backend.SendAsync(prepared.Command, cancellation).ConfigureAwait(false);
        var response = new ResponseRelay(client: null, _backends.Capabilities);
        var there = await response.PreparationAsync(backend, 0, cancellation).ConfigureAwait(false);
        prepared.Numbers[backend] =
            there?.Number ?? throw new RelayRefusedException(response.Error!.Value.Code, response.Error.Value.Message);
    }

    private async Task<ServerStatus?> PassAsync(Backend backend, byte[] command, CancellationToken cancellation)
    {
        _busy = backend;
        await backend.SendAsync(command, cancellation).ConfigureAwait(false);
        var status = await new ResponseRelay(_channel, _backends.Capabilities).ResultsAsync(backend, cancellation).ConfigureAwait(false);
        Finished(backend, status);
        return status;
    }

    // An error does not tell whether the transaction is still there; if it is not, the next answer says so.
    private void Finished(Backend backend, ServerStatus? status)
    {
        _last = backend;
        if (status is { } known)
        {
            _transaction = known.HasFlag(ServerStatus.InTransaction) ? backend : null;
        }
    }

    private async Task LoseAsync(RelayBackendException lost)
    {
        if (_backends.Of(lost.Server) is not { } backend)
        {
            return;
        }

        _transaction = _transaction == backend ? null : _transaction;
        _last = _last == backend ? null : _last;
        foreach (var prepared in _prepared.Values)
        {
            prepared.Numbers.Remove(backend);
            prepared.Last = prepared.Last == backend ? null : prepared.Last;
        }

        await _backends.DropAsync(backend).ConfigureAwait(false);
    }

    private PreparedStatement Prepared(byte[] command)
    {
        var number = BinaryPrimitives.ReadUInt32LittleEndian(command.AsSpan(1));
        return _prepared.GetValueOrDefault(number == LastPrepared ? _preparedSoFar : number)
            ?? throw new RelayRefusedException(1243, $"Unknown prepared statement handler ({number}) given to the relay");
    }

    private static bool BringsTypes(byte[] command, int parameters)
    {
        if (command[0] == (byte)CommandKind.BulkExecute)
        {
            const int SendTypes = 128;
            return (BinaryPrimitives.ReadUInt16LittleEndian(command.AsSpan(5)) & SendTypes) != 0;
        }

        // Number, flags, iterations, a bit for each null, and then whether types follow.
        const int Header = 1 + 4 + 1 + 4;
        return parameters == 0 || command[Header + ((parameters + 7) / 8)] != 0;
    }

    private static byte[] Renumbered(byte[] command, uint number)
    {
        var renumbered = command.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(renumbered.AsSpan(1), number);
        return renumbered;
    }

    private void Record(StatementKind kind, StatementToRoute statement, Backend backend)
    {
        _relay.Record(new(_client.Number, kind, statement.Text, backend.Server.Name, _transaction is not null));
        if (kind is StatementKind.Text or StatementKind.Execute or StatementKind.Prepare)
        {
            _relay.Route.Sent(statement, backend.Server);
        }
    }

    [GeneratedRegex(@"^kill\s+(?:(?<query>query)\s+|connection\s+)?(?<number>\d+)$", RegexOptions.IgnoreCase)]
    private static partial Regex Kill();
}
