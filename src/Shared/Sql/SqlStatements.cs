namespace MonotonicReads.Sql;

/// <summary>
/// The statements of a command text, one after the other, each with what it does: MySQL's and MariaDB's, apart by semicolons, and of
/// other dialects also what stands behind a statement without one. The first word of each decides how it is read.
/// </summary>
internal struct SqlStatements(string text)
{
    private SqlTokens _tokens = new(text);
    private bool _isStarted;
    private int _blocks;
    private bool _isInBranch;
    private List<SqlSetting>? _settings;

    /// <summary>What the statements of kind <see cref="SqlStatementKind.Setting"/> so far set; null for nothing.</summary>
    public readonly IReadOnlyList<SqlSetting>? Settings => _settings;

    public SqlStatement Current { get; private set; }

    /// <summary>What was doubtful so far; of the whole text once <see cref="Next"/> is false.</summary>
    public readonly SqlDoubts Doubts => _tokens.Doubts;

    /// <summary>Whether a comment so far asks for the primary; of the whole text once <see cref="Next"/> is false.</summary>
    public readonly bool AsksForPrimary => _tokens.AsksForPrimary;

    /// <summary>Moves to the next statement; false where there is none.</summary>
    public bool Next()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            _tokens.Next();
        }

        while (_tokens.Is(';'))
        {
            _tokens.Next();
        }

        if (_tokens.Kind == SqlTokenKind.End)
        {
            return false;
        }

        Current = Read();
        return true;
    }

    private SqlStatement Read()
    {
        var isInBranch = _isInBranch;
        _isInBranch = false;
        SkipOpening();
        var verb = _tokens.Word?.Verb ?? SqlVerb.None;
        switch (verb)
        {
            case SqlVerb.None:
                return Nameless();
            case SqlVerb.Select or SqlVerb.Rows or SqlVerb.With:
                return Query(verb, isInBranch);
            case SqlVerb.Call:
                _tokens.Next();
                return SqlProcedureCall.Read(ref _tokens, isAlone: false);
            case SqlVerb.Set when _tokens.Is("SET") && ReadsSettings():
                return new SqlStatement(SqlStatementKind.Setting);
            case SqlVerb.Set or SqlVerb.Branch:
                _isInBranch = verb == SqlVerb.Branch;
                return Script(verb);
            case SqlVerb.Begin:
                return Begin();
            case SqlVerb.End:
                return End();
        }

        _tokens.Next();
        return Behind(verb);
    }

    private SqlStatement Behind(SqlVerb verb) =>
        verb switch
        {
            SqlVerb.Show => Show(),
            SqlVerb.Explain => Explain(runs: false),
            SqlVerb.Analyze => Analyze(),
            SqlVerb.CreateOrDrop => CreateOrDrop(),
            SqlVerb.Start => Rest(_tokens.Is("TRANSACTION") ? SqlStatementKind.BeginTransaction : SqlStatementKind.Administrative),
            SqlVerb.EndTransaction => EndTransaction(),
            SqlVerb.Write => Rest(SqlStatementKind.Write),
            SqlVerb.Session => Rest(SqlStatementKind.Session),
            _ => Rest(SqlStatementKind.Administrative),
        };

    // A brace opens a call in the manner of ODBC.
    private void SkipOpening()
    {
        while (_tokens.Is('(') || _tokens.Is('{'))
        {
            if (_tokens.Is('{'))
            {
                _tokens.Doubt(SqlDoubts.Character);
            }

            _tokens.Next();
        }
    }

    private SqlStatement Rest(SqlStatementKind kind)
    {
        _tokens.SkipStatement();
        return new SqlStatement(kind);
    }

    private SqlStatement Nameless() =>
        _tokens.IsName || _tokens.Kind == SqlTokenKind.Hole
            ? SqlProcedureCall.Read(ref _tokens, isAlone: true)
            : Rest(SqlStatementKind.Unknown);

    private SqlStatement Query(SqlVerb verb, bool isInBranch)
    {
        _tokens.Next();
        var traits = verb == SqlVerb.Select ? SqlTraits.None : SqlTraits.Table;
        return new SqlQuery(traits, isHead: verb == SqlVerb.With, endsAtElse: isInBranch).Read(ref _tokens);
    }

    private SqlStatement Show()
    {
        var subject = SqlSubject.None;
        for (var ahead = _tokens; subject == SqlSubject.None && !ahead.IsEndOfStatement; ahead.Next())
        {
            subject = ahead.Word?.Subject ?? SqlSubject.None;
        }

        var traits = new SqlQuery(SqlTraits.None).Read(ref _tokens).Traits & ~SqlTraits.Table;
        return new SqlStatement(
            SqlStatementKind.Show,
            traits
                | subject switch
                {
                    SqlSubject.Schema => SqlTraits.Table,
                    SqlSubject.BuiltIn => SqlTraits.None,
                    SqlSubject.Connection => SqlTraits.Connection,
                    _ => SqlTraits.Server,
                }
        );
    }

    /// <summary>MariaDB's <c>ANALYZE UPDATE</c> updates; <c>ANALYZE TABLE</c> counts keys.</summary>
    private SqlStatement Analyze() =>
        _tokens.Is("FORMAT") || _tokens.Is('(') || (BeginsPlanned() && !_tokens.Is("TABLE"))
            ? Explain(runs: true)
            : Rest(SqlStatementKind.Administrative);

    private readonly bool BeginsPlanned() => _tokens.Word?.Verb is SqlVerb.Select or SqlVerb.Rows or SqlVerb.With or SqlVerb.Write;

    /// <param name="runs">Whether the statement also runs, so that the plan has its true numbers.</param>
    private SqlStatement Explain(bool runs)
    {
        var options = SqlPlanOptions.Read(ref _tokens);
        runs |= options.Runs;
        if (options.IsIntoVariable)
        {
            return Rest(SqlStatementKind.Session);
        }

        if (options.IsOfConnection)
        {
            return Rest(SqlStatementKind.Plan) with { Traits = SqlTraits.Server };
        }

        var isOpened = _tokens.Is('(');
        SkipOpening();
        if (!BeginsPlanned())
        {
            // What is in parentheses and no query is no plan either: EXPLAIN (EXPLAIN ... would go as deep as somebody's text.
            return isOpened
                ? Rest(SqlStatementKind.Unknown)
                : new SqlQuery(SqlTraits.Table).Read(ref _tokens) with
                {
                    Kind = SqlStatementKind.Plan,
                };
        }

        var planned = Read();
        var isRead = planned.Kind == SqlStatementKind.Read;
        if (runs)
        {
            return isRead ? planned with { Traits = planned.Traits | SqlTraits.Table } : planned;
        }

        return new SqlStatement(SqlStatementKind.Plan, planned.Traits | (isRead ? SqlTraits.Table : SqlTraits.PlansOther));
    }

    private SqlStatement CreateOrDrop()
    {
        if (_tokens.Is("OR"))
        {
            _tokens.Next();
            _tokens.Next();
        }

        return Rest(_tokens.Is("TEMPORARY") || _tokens.Is("TEMP") ? SqlStatementKind.TemporaryTable : SqlStatementKind.Write);
    }

    private SqlStatement EndTransaction()
    {
        while (!_tokens.IsEndOfStatement)
        {
            if (_tokens.Is("TO"))
            {
                return Rest(SqlStatementKind.Savepoint);
            }

            _tokens.Next();
        }

        return new SqlStatement(SqlStatementKind.EndTransaction);
    }

    /// <summary><c>SET STATEMENT ... FOR</c> and conditions stand before a statement; SET and DECLARE may in other dialects.</summary>
    private SqlStatement Script(SqlVerb verb)
    {
        _tokens.Next();
        var isPrefix = verb == SqlVerb.Set && _tokens.Is("STATEMENT");
        var depth = 0;
        while (!_tokens.IsEndOfStatement)
        {
            if (depth == 0 && isPrefix && _tokens.Is("FOR"))
            {
                _tokens.Next();
                break;
            }

            if (depth == 0 && (verb == SqlVerb.Set ? BeginsQueryOrWrite() : BeginsStatement()))
            {
                break;
            }

            depth +=
                _tokens.Is('(') ? 1
                : _tokens.Is(')') ? -1
                : 0;
            _tokens.Next();
        }

        return new SqlStatement(verb == SqlVerb.Set ? SqlStatementKind.Session : SqlStatementKind.Block);
    }

    private bool ReadsSettings()
    {
        var ahead = _tokens;
        ahead.Next();
        var found = new List<SqlSetting>();
        if (!SqlSettings.TryRead(ref ahead, found))
        {
            return false;
        }

        _tokens = ahead;
        (_settings ??= []).AddRange(found);
        return true;
    }

    private readonly bool BeginsQueryOrWrite() => _tokens.IsWrite || (_tokens.Word?.Verb == SqlVerb.Select && !_tokens.FollowsDot);

    private readonly bool BeginsStatement() =>
        BeginsQueryOrWrite() || (_tokens.Word is { BeginsStatement: true, Clause: not SqlClause.WriteUnlessCalled } && !_tokens.FollowsDot);

    /// <summary>A block begins with MariaDB's <c>BEGIN NOT ATOMIC</c>, and elsewhere with a statement right behind.</summary>
    private SqlStatement Begin()
    {
        _tokens.Next();
        if (_tokens.Is("NOT") || _tokens.Is("TRY") || _tokens.Is("CATCH"))
        {
            _blocks++;
            _tokens.Next();
            if (_tokens.Is("ATOMIC"))
            {
                _tokens.Next();
            }

            return new SqlStatement(SqlStatementKind.Block);
        }

        if (_tokens.Word is { Verb: not SqlVerb.None })
        {
            _blocks++;
            return new SqlStatement(SqlStatementKind.Block);
        }

        while (!_tokens.IsEndOfStatement && !BeginsStatement())
        {
            _tokens.Next();
        }

        return new SqlStatement(SqlStatementKind.BeginTransaction);
    }

    private SqlStatement End()
    {
        _tokens.Next();
        var isOfBranch = _tokens.Word?.Verb == SqlVerb.Branch;
        var isOfBlock = _blocks > 0 || _tokens.Is("TRY") || _tokens.Is("CATCH");
        if (!isOfBranch && !isOfBlock)
        {
            return Rest(SqlStatementKind.EndTransaction);
        }

        if (isOfBranch)
        {
            return Rest(SqlStatementKind.Block);
        }

        _blocks = Math.Max(0, _blocks - 1);
        while (!_tokens.IsEndOfStatement && !BeginsStatement())
        {
            _tokens.Next();
        }

        return new SqlStatement(SqlStatementKind.Block);
    }
}
