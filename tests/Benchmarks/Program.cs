using MonotonicReads.Benchmarks.Analysis;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Benchmarks.Reading;

if (args is ["keystroke"])
{
    FigureTable.Print([.. await KeystrokeFigures.MeasureAsync()]);
    return;
}

if (args is ["generator"])
{
    FigureTable.Print([.. GeneratorFigures.Measure()]);
    return;
}

if (args is ["wrapper"])
{
    FigureTable.Print([.. WrapperFigures.Measure()]);
    return;
}

if (args is ["reads"])
{
    FigureTable.Print([.. await ReadFigures.RunAsync()]);
    return;
}

Console.WriteLine("selection ...");
var figures = SelectionFigures.Measure().ToList();
Console.WriteLine("wrapper ...");
figures.AddRange(WrapperFigures.Measure());
Console.WriteLine("generator ...");
figures.AddRange(GeneratorFigures.Measure());
Console.WriteLine("keystroke ...");
figures.AddRange(await KeystrokeFigures.MeasureAsync());
Console.WriteLine("reads on a MariaDB cluster ...");
figures.AddRange(await ReadFigures.RunAsync());
FigureTable.Print(figures);
