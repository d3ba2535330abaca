namespace MonotonicReads.Sql;

/// <summary>
/// Cuts a command text into tokens the way MySQL and MariaDB do by default, comments left out, the body of an executable comment kept
/// in. It never fails: what does not end runs to the end of the text. Where others would cut elsewhere, <see cref="Doubts"/> says so.
/// </summary>
internal struct SqlTokens(string text)
{
    private int _position;
    private int _executableComments;
    private SqlDoubts _doubts;

    public SqlTokenKind Kind { get; private set; }

    public int Start { get; private set; }

    public readonly int End => _position;

    /// <summary>What the vocabulary knows of a word, or null.</summary>
    public SqlWord? Word { get; private set; }

    /// <summary>Whether the token is the second part of a qualified name, where a keyword is a name like any other.</summary>
    public bool FollowsDot { get; private set; }

    /// <summary>Whether a comment so far asks for the primary.</summary>
    public bool AsksForPrimary { get; private set; }

    /// <summary>What was doubtful so far.</summary>
    public readonly SqlDoubts Doubts => _doubts;

    public readonly string Value => text.Substring(Start, End - Start);

    public readonly bool IsEndOfStatement => Kind == SqlTokenKind.End || Is(';');

    public readonly bool IsName => Kind is SqlTokenKind.Word or SqlTokenKind.QuotedName;

    public readonly bool IsTemporaryName => Kind == SqlTokenKind.Word && text[Start] == '#';

    public readonly bool Is(char symbol) => Kind == SqlTokenKind.Symbol && text[Start] == symbol;

    public readonly bool Is(string word) =>
        Kind == SqlTokenKind.Word
        && End - Start == word.Length
        && string.Compare(text, Start, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Whether an opening parenthesis follows, so that a name is that of a function.</summary>
    public readonly bool IsCalled
    {
        get
        {
            var next = _position;
            while (next < text.Length && SqlLiterals.IsBlank(text[next]))
            {
                next++;
            }

            var c = next < text.Length ? text[next] : ';';

            // Only what may begin a comment, or be a blank elsewhere, needs a whole token.
            return c is '/' or '-' or '#' or '*' or >= '\x80' ? Ahead().Is('(') : c == '(';
        }
    }

    /// <summary>Whether the word is one that writes, and neither a function's name nor a column's.</summary>
    public readonly bool IsWrite =>
        !FollowsDot && (Word?.Clause == SqlClause.Write || (Word?.Clause == SqlClause.WriteUnlessCalled && !IsCalled));

    /// <summary>What the function is that a name calls, quoted or not: the server resolves both alike.</summary>
    public readonly SqlFunction Function =>
        Kind == SqlTokenKind.Word ? SqlVocabulary.Function(text, Start, End) : SqlVocabulary.Function(text, Start + 1, End - 1);

    /// <summary>Whether the name, quoted or not, is a certain word.</summary>
    public readonly bool IsNamed(string word)
    {
        var quotes = Kind == SqlTokenKind.Word ? 0 : 1;
        return End - Start - (2 * quotes) == word.Length
            && string.Compare(text, Start + quotes, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0;
    }

    /// <summary>Whether the last part of a system variable's name is this.</summary>
    public readonly bool IsVariable(string name)
    {
        var start = End - name.Length;
        return start > Start
            && text[start - 1] is '@' or '.'
            && string.Compare(text, start, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0;
    }

    public readonly SqlTokens Ahead()
    {
        var ahead = this;
        ahead.Next();
        return ahead;
    }

    /// <summary>Marks what a reader of the tokens finds doubtful.</summary>
    public void Doubt(SqlDoubts doubt) => _doubts |= doubt;

    /// <summary>Moves to the next token; false at the end of the text.</summary>
    public bool Next()
    {
        FollowsDot = Kind == SqlTokenKind.Symbol && text[Start] == '.';
        SkipBlanksAndComments();
        Start = _position;
        if (_position >= text.Length)
        {
            Kind = SqlTokenKind.End;
            Word = null;
            return false;
        }

        var c = text[_position];
        if (SqlLiterals.IsWordStart(c) && c != '$' && !SqlHole.Is(c))
        {
            _position = SqlLiterals.EndOfWord(text, _position + 1);
            Kind = SqlTokenKind.Word;
            Word = SqlVocabulary.Find(text, Start, End);
        }
        else
        {
            Kind = c == '.' && StartsFraction() ? Number() : Other(c);
            Word = null;
        }

        return true;
    }

    public void SkipStatement()
    {
        while (!Is(';') && Next()) { }
    }

    private readonly char Peek(int offset) => _position + offset < text.Length ? text[_position + offset] : '\n';

    // Behind a name, ".5a" is its second part.
    private readonly bool StartsFraction() =>
        SqlLiterals.IsDigit(Peek(1))
        && Kind is not (SqlTokenKind.Word or SqlTokenKind.QuotedName or SqlTokenKind.Text or SqlTokenKind.Number);

    private SqlTokenKind Number()
    {
        _position = SqlLiterals.EndOfNumber(text, _position, ref _doubts);
        return SqlTokenKind.Number;
    }

    private SqlTokenKind Other(char c)
    {
        switch (c)
        {
            case '\'' or '"' or '`':
                _position = SqlLiterals.EndOfQuoted(text, _position, ref _doubts);
                return c == '`' ? SqlTokenKind.QuotedName : SqlTokenKind.Text;
            case '[':
                _position = SqlLiterals.EndOfBracket(text, _position, ref _doubts);
                return SqlTokenKind.QuotedName;
            case '@':
                return Variable();
            case '$':
                _position = SqlLiterals.EndOfDollarWord(text, _position, ref _doubts);
                return SqlTokenKind.Word;
            case '#':
                _position = SqlLiterals.EndOfWord(text, _position + 1);
                _doubts |= SqlDoubts.Comment;
                return SqlTokenKind.Word;
            case ':' when Peek(1) == '=':
                _position += 2;
                return SqlTokenKind.Assignment;
            case >= '0' and <= '9':
                return Number();
        }

        _position++;
        if (SqlHole.Is(c))
        {
            _doubts |= SqlDoubts.Hole;
            return SqlTokenKind.Hole;
        }

        if (c == '\0')
        {
            _doubts |= SqlDoubts.Character;
        }

        return SqlTokenKind.Symbol;
    }

    private SqlTokenKind Variable()
    {
        var isSystem = Peek(1) == '@';
        _position += isSystem ? 2 : 1;
        _position = SqlLiterals.EndOfWord(text, _position);
        while (Peek(0) == '.')
        {
            _position = SqlLiterals.EndOfWord(text, _position + 1);
        }

        return isSystem ? SqlTokenKind.SystemVariable : SqlTokenKind.Variable;
    }

    private void SkipBlanksAndComments()
    {
        while (_position < text.Length)
        {
            var c = text[_position];
            if (SqlLiterals.IsBlank(c))
            {
                _position++;
            }
            else if (SqlLiterals.IsForeignBlank(c))
            {
                _position++;
                _doubts |= SqlDoubts.Character;
            }
            else if (c is not ('#' or '-' or '/' or '*') || !SkipComment())
            {
                return;
            }
        }
    }

    private bool SkipComment()
    {
        var start = _position;
        if (_executableComments > 0 && SqlComments.At(text, start, "*/"))
        {
            _executableComments--;
            _position += 2;
            return true;
        }

        if (SqlComments.IsExecutable(text, start))
        {
            _executableComments++;
            _doubts |= SqlDoubts.ExecutableComment;
            _position = SqlComments.StartOfExecutable(text, start);
            return true;
        }

        if (SqlComments.At(text, start, "/*"))
        {
            _position = SqlComments.EndOfBlock(text, start, ref _doubts);
        }
        else if (SqlComments.OpensLine(text, start) && !IsTemporaryTable())
        {
            _position = SqlComments.EndOfLine(text, start, ref _doubts);
        }
        else
        {
            if (SqlComments.At(text, start, "--"))
            {
                _doubts |= SqlDoubts.Comment;
            }

            return false;
        }

        AsksForPrimary |= SqlHints.AsksForPrimary(text, start, _position);
        return true;
    }

    // Where the name of a table has to stand, "#x" is SQL Server's temporary one.
    private readonly bool IsTemporaryTable() =>
        text[_position] == '#' && (FollowsDot || Word is { PrecedesTable: true }) && SqlLiterals.IsWordPart(Peek(1));
}
