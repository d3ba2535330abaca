using MonotonicReads.Benchmarks.Analysis;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Benchmarks.Reading;

if (args is ["keystroke"])
{
    FigureTable.Print([.. await KeystrokeFigures.MeasureAsync()]);
    return;
}

if (args is ["analyzers"])
{
    FigureTable.Print([.. await BuildFigures.MeasureAsync(), .. await KeystrokeFigures.MeasureAsync()]);
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
Console.WriteLine("analyzers in a build ...");
figures.AddRange(await BuildFigures.MeasureAsync());
Console.WriteLine("keystroke ...");
figures.AddRange(await KeystrokeFigures.MeasureAsync());
Console.WriteLine("reads on a MariaDB cluster ...");
figures.AddRange(await ReadFigures.RunAsync());
FigureTable.Print(figures);
