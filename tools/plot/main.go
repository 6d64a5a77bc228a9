// Command plot draws the cost of one webhook over the number of webhooks, from the benchmark's figures.
package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: plot FIGURES.csv PLOT.svg")
	}
	if err := drawFile(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func drawFile(from, to string) error {
	figures, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("reading the figures: %w", err)
	}
	defer figures.Close()
	titles, phases, err := read(figures)
	if err != nil {
		return fmt.Errorf("reading %s: %w", from, err)
	}
	image, err := drawPlots(titles, phases)
	if err != nil {
		return fmt.Errorf("drawing: %w", err)
	}
	file, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("writing the plot: %w", err)
	}
	_, err = image.WriteTo(file)
	return errors.Join(err, file.Close())
}

// phase is the cost of one Terraform command: for each figure, its points over the number of webhooks.
type phase struct {
	name    string
	figures []plotter.XYs
}

// read returns the titles of the figures, and the phases in order.
func read(from io.Reader) (titles []string, phases []phase, err error) {
	lines, err := csv.NewReader(from).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	if len(lines) < 2 || len(lines[0]) < 3 {
		return nil, nil, errors.New("there are no figures")
	}
	titles = lines[0][2:]
	for _, line := range lines[1:] {
		if len(phases) == 0 || phases[len(phases)-1].name != line[0] {
			phases = append(phases, phase{name: line[0], figures: make([]plotter.XYs, len(titles))})
		}
		count, err := strconv.ParseFloat(line[1], 64)
		if err != nil {
			return nil, nil, err
		}
		for number, text := range line[2:] {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, nil, err
			}
			figure := &phases[len(phases)-1].figures[number]
			*figure = append(*figure, plotter.XY{X: count, Y: value})
		}
	}
	return titles, phases, nil
}

// drawPlots draws a plot for each figure, side by side.
func drawPlots(titles []string, phases []phase) (*vgsvg.Canvas, error) {
	plots := [][]*plot.Plot{make([]*plot.Plot, len(titles))}
	for number, title := range titles {
		one, err := plotOf(title, number, phases)
		if err != nil {
			return nil, err
		}
		plots[0][number] = one
	}
	const width, height, margin = 9 * vg.Inch, 3.2 * vg.Inch, 0.15 * vg.Inch
	image := vgsvg.New(width, height)
	tiles := draw.Tiles{Rows: 1, Cols: len(titles), PadX: 2 * margin, PadTop: margin, PadBottom: margin, PadLeft: margin, PadRight: 2 * margin}
	for number, canvas := range plot.Align(plots, tiles, draw.New(image))[0] {
		plots[0][number].Draw(canvas)
	}
	return image, nil
}

func plotOf(title string, number int, phases []phase) (*plot.Plot, error) {
	one := plot.New()
	one.Title.Text = title
	one.X.Label.Text = "webhooks"
	one.X.Min, one.Y.Min = 0, 0
	one.Add(plotter.NewGrid())
	for index, phase := range phases {
		line, points, err := plotter.NewLinePoints(phase.figures[number])
		if err != nil {
			return nil, err
		}
		line.Color, points.Color = plotutil.Color(index), plotutil.Color(index)
		points.Shape = plotutil.Shape(index)
		one.Add(line, points)
		one.Legend.Add(phase.name, line, points)
	}
	// The legend needs room above the lines, which are flat.
	one.Legend.Top = true
	one.Y.Max *= 1.5
	return one, nil
}
