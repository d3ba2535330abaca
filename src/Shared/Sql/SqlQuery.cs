namespace MonotonicReads.Sql;

/// <summary>Reads a query's tokens to the end of its statement and says what is in it.</summary>
/// <param name="traits">What its beginning has said already.</param>
/// <param name="isHead">Whether common table expressions come first, in which, or behind which, a write may stand.</param>
/// <param name="endsAtElse">Whether it stands in a branch.</param>
internal struct SqlQuery(SqlTraits traits, bool isHead = false, bool endsAtElse = false)
{
    private SqlTraits _traits = traits;
    private bool _isHead = isHead;
    private bool _isOpened;
    private int _depth;
    private int _cases;

    /// <summary>Begins at the token behind the first word; ends at a semicolon, the end, or a next statement without semicolon.</summary>
    public SqlStatement Read(ref SqlTokens tokens)
    {
        while (!tokens.IsEndOfStatement)
        {
            if (tokens.Kind == SqlTokenKind.Word)
            {
                if (BeginsWrite(tokens))
                {
                    tokens.SkipStatement();
                    return new SqlStatement(SqlStatementKind.Write);
                }

                if (BeginsNextStatement(tokens))
                {
                    break;
                }
            }

            Take(tokens);
            _isOpened = tokens.Is('(');
            tokens.Next();
        }

        return new SqlStatement(SqlStatementKind.Read, _traits);
    }

    /// <summary>Whether a system variable tells what the statement before left behind, as <c>SHOW WARNINGS</c> does.</summary>
    public static bool IsOfLastStatement(in SqlTokens variable) =>
        variable.IsVariable("WARNING_COUNT") || variable.IsVariable("ERROR_COUNT");

    private readonly bool IsOutside => _depth <= 0;

    private void Take(in SqlTokens tokens)
    {
        switch (tokens.Kind)
        {
            case SqlTokenKind.Word:
                TakeWord(tokens);
                break;
            case SqlTokenKind.QuotedName or SqlTokenKind.Text:
                TakeName(tokens);
                break;
            case SqlTokenKind.Symbol:
                _depth +=
                    tokens.Is('(') ? 1
                    : tokens.Is(')') ? -1
                    : 0;
                break;
            case SqlTokenKind.SystemVariable:
                _traits |= IsOfLastStatement(tokens) ? SqlTraits.Connection : SqlTraits.SystemVariable;
                break;
            case SqlTokenKind.Assignment:
                _traits |= SqlTraits.Assignment;
                break;
            case SqlTokenKind.Hole:
                _traits |= SqlTraits.Table;
                break;
        }
    }

    private void TakeWord(in SqlTokens tokens)
    {
        var clause = tokens.FollowsDot ? SqlClause.None : tokens.Word?.Clause ?? SqlClause.None;
        switch (clause)
        {
            case SqlClause.None:
                TakeName(tokens);
                break;
            case SqlClause.Case or SqlClause.End:
                TakeCase(clause);
                break;
            case SqlClause.From:
                _traits |= SqlTraits.Table;
                break;
            case SqlClause.For:
                TakeFor(tokens.Ahead());
                break;
            case SqlClause.Lock when tokens.Ahead().Is("IN"):
            case SqlClause.LockHint:
                _traits |= SqlTraits.Locks;
                break;
            case SqlClause.Sequence when tokens.Ahead().Is("VALUE"):
                _traits |= SqlTraits.PrimaryFunction;
                break;
            case SqlClause.Into:
                TakeInto(tokens.Ahead());
                break;
            case SqlClause.Select:
                _isHead &= !IsOutside;
                break;
            case SqlClause.Write:
                _traits |= SqlTraits.StrayWord;
                break;
            case SqlClause.WriteUnlessCalled:
                _traits |= tokens.IsCalled ? SqlTraits.UnknownFunction : SqlTraits.StrayWord;
                break;
        }
    }

    // A column may be called "end".
    private void TakeCase(SqlClause clause) => _cases = Math.Max(0, _cases + (clause == SqlClause.Case ? 1 : -1));

    private void TakeFor(in SqlTokens ahead)
    {
        if (ahead.Is("UPDATE") || ahead.Is("SHARE") || ahead.Is("NO") || ahead.Is("KEY"))
        {
            _traits |= SqlTraits.Locks;
        }
    }

    private void TakeInto(in SqlTokens ahead)
    {
        if (ahead.Kind == SqlTokenKind.Variable || ahead.Is("OUTFILE") || ahead.Is("DUMPFILE") || ahead.IsTemporaryName)
        {
            _traits |= SqlTraits.IntoElsewhere;
        }
        else
        {
            _traits |= IsOutside && ahead.IsName ? SqlTraits.IntoTable : SqlTraits.StrayWord;
        }
    }

    // The server looks for its own functions under a quoted name too; a double quote quotes names under ANSI_QUOTES.
    private void TakeName(in SqlTokens tokens)
    {
        if (tokens.IsCalled)
        {
            TakeFunction(tokens.Function);
        }
        else if (tokens.FollowsDot)
        {
            TakeMember(tokens);
        }
    }

    // MariaDB counts a sequence up by its member under the SQL mode ORACLE. The list of connections is that of one server.
    private void TakeMember(in SqlTokens tokens)
    {
        if (tokens.IsNamed("PROCESSLIST"))
        {
            _traits |= SqlTraits.Server;
        }

        if (tokens.IsNamed("NEXTVAL") || tokens.IsNamed("CURRVAL"))
        {
            _traits |= SqlTraits.PrimaryFunction;
        }
    }

    private void TakeFunction(SqlFunction function) =>
        _traits |= function switch
        {
            SqlFunction.Tableless => SqlTraits.None,
            SqlFunction.Waiting => SqlTraits.Waiting,
            SqlFunction.Primary => SqlTraits.PrimaryFunction,
            SqlFunction.Connection => SqlTraits.Connection,
            SqlFunction.Uncertain => SqlTraits.UncertainFunction,
            _ => SqlTraits.UnknownFunction,
        };

    /// <summary>In PostgreSQL a common table expression may write; in all others the statement behind them may.</summary>
    private readonly bool BeginsWrite(in SqlTokens tokens) =>
        _isHead && (IsOutside || _isOpened) && tokens.Word is { Verb: SqlVerb.Write } && tokens.IsWrite;

    /// <summary>Scripts of other dialects separate statements by white space alone: these words cannot stand in a query.</summary>
    private readonly bool BeginsNextStatement(in SqlTokens tokens)
    {
        if (!IsOutside || tokens.FollowsDot)
        {
            return false;
        }

        return tokens.Word switch
        {
            { Clause: SqlClause.Else } => endsAtElse && _cases == 0,
            { Text: "INSERT" or "DELETE" } => tokens.Ahead() is var ahead && (ahead.Is("INTO") || ahead.Is("FROM")),
            _ => false,
        };
    }
}
