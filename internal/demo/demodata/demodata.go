// Package demodata carries the half year of real purchases with which the demo
// opens, so that a community can be looked at before anything was typed in. The
// README beside this file names the source and its licence (CC0).
package demodata

import (
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

//go:embed *.csv.gz
var files embed.FS

// Names lists the files, in the order in which they have to be taken over.
var Names = []string{"members.csv", "merchants.csv", "purchases-2017h1.csv"}

// Open opens a file by its name, unpacked.
func Open(name string) (io.ReadCloser, error) {
	f, err := files.Open(name + ".gz")
	if err != nil {
		return nil, fmt.Errorf("demodata: %w", err)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("demodata: %s: %w", name, err)
	}
	return unpacked{z, f}, nil
}

// Read reads a whole file, for readers that have to look at it twice.
func Read(name string) (*strings.Reader, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var text strings.Builder
	if _, err := io.Copy(&text, f); err != nil {
		return nil, fmt.Errorf("demodata: %s: %w", name, err)
	}
	return strings.NewReader(text.String()), nil
}

type unpacked struct {
	*gzip.Reader
	file fs.File
}

func (u unpacked) Close() error {
	if err := u.Reader.Close(); err != nil {
		return err
	}
	return u.file.Close()
}
