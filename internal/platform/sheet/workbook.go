package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// A workbook is read by this package itself. The usual library gives out only
// text, so that a shop's number "1E5" and the amount 1E5 look the same, and it
// takes a file that breaks off for one that ends: rows would vanish without a
// word. It serves the tests as the second opinion.

// maxDirectory bounds a workbook's table of contents, which has to be read
// before anything else can be checked. Real ones have a few kilobytes.
const maxDirectory = 4 << 20

// maxSmallPart bounds the parts that only say where things are.
const maxSmallPart = 4 << 20

type workbook struct {
	parts  map[string]*zip.File
	limits Limits
}

func openWorkbook(src Source, size int64, limits Limits) (*Reader, error) {
	if err := checkDirectory(src, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(src, size)
	if err != nil {
		return nil, broken(err)
	}
	w := workbook{parts: make(map[string]*zip.File), limits: limits}
	var unpacked uint64
	for _, f := range z.File {
		// The claimed sizes can be trusted: unpacking fails where they are wrong.
		if f.UncompressedSize64 > uint64(limits.Unpack) {
			return nil, ErrUnpacks.With("limit", limits.Unpack)
		}
		if unpacked += f.UncompressedSize64; unpacked > uint64(limits.Unpack) {
			return nil, ErrUnpacks.With("limit", limits.Unpack)
		}
		w.parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	return w.open()
}

// checkDirectory reads the end of the archive, where the size of its table of
// contents stands. Go's reader believes neither that size nor the count.
func checkDirectory(src io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, 22+1<<16))
	if _, err := src.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("sheet: end of the archive: %w", err)
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < 22 {
		return broken(zip.ErrFormat)
	}
	end := size - int64(len(tail)) + int64(at)
	length := int64(binary.LittleEndian.Uint32(tail[at+12:]))
	offset := int64(binary.LittleEndian.Uint32(tail[at+16:]))
	if length > maxDirectory || end-offset > maxDirectory {
		return ErrUnpacks.With("limit", maxDirectory)
	}
	return nil
}

func broken(err error) error { return ErrBroken.With("detail", err.Error()) }

// open finds the first sheet that can be seen, and its texts.
func (w workbook) open() (*Reader, error) {
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			Rel   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			Any   string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	main, err := w.mainPart()
	if err != nil {
		return nil, err
	}
	if err := w.decode(main, &book); err != nil {
		return nil, err
	}
	links, err := w.links(main)
	if err != nil {
		return nil, err
	}
	r := &Reader{format: "xlsx", epoch1904: book.Properties.Date1904 == "1" || book.Properties.Date1904 == "true"}
	var sheet string
	for _, s := range book.Sheets {
		l := links.byID(s.Rel + s.Any)
		if sheet == "" && l.kind == "worksheet" && (s.State == "" || s.State == "visible") {
			sheet = l.target
			continue
		}
		r.others = append(r.others, s.Name)
	}
	if sheet == "" {
		return nil, ErrNotTable
	}
	texts, err := w.texts(links.byKind("sharedStrings"))
	if err != nil {
		return nil, err
	}
	part, size, err := w.verified(sheet)
	if err != nil {
		return nil, err
	}
	r.read, r.total = &counter{r: part}, size
	r.rows = newSheetRows(r.read, texts, w.limits)
	return r, nil
}

// mainPart is where the workbook itself stands in the archive.
func (w workbook) mainPart() (string, error) {
	if w.parts["_rels/.rels"] == nil {
		return "", ErrNotTable
	}
	root, err := w.links("")
	if err != nil {
		return "", err
	}
	main := root.byKind("officeDocument")
	if w.parts[main] == nil || !strings.HasSuffix(main, ".xml") {
		return "", ErrNotTable // another kind of archive, or the binary .xlsb
	}
	return main, nil
}

type link struct{ id, kind, target string }

type links []link

func (l links) byKind(kind string) string {
	for _, v := range l {
		if v.kind == kind {
			return v.target
		}
	}
	return ""
}

func (l links) byID(id string) link {
	for _, v := range l {
		if v.id == id {
			return v
		}
	}
	return link{}
}

// links reads which parts a part refers to.
func (w workbook) links(part string) (links, error) {
	var rels struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	dir, file := path.Split(part)
	if err := w.decode(dir+"_rels/"+file+".rels", &rels); err != nil {
		return nil, err
	}
	var l links
	for _, r := range rels.All {
		target := strings.TrimPrefix(r.Target, "/")
		if target == r.Target {
			target = path.Join(dir, r.Target)
		}
		l = append(l, link{id: r.ID, kind: path.Base(r.Type), target: target})
	}
	return l, nil
}

// decode reads a small part.
func (w workbook) decode(name string, into any) error {
	f := w.parts[name]
	if f == nil {
		return broken(fmt.Errorf("no part %s", name))
	}
	if f.UncompressedSize64 > maxSmallPart {
		return ErrUnpacks.With("limit", maxSmallPart)
	}
	part, err := f.Open()
	if err != nil {
		return broken(err)
	}
	defer part.Close()
	if err := xml.NewDecoder(part).Decode(into); err != nil {
		return broken(err)
	}
	return nil
}

// verified opens a part after it was unpacked once from end to end, so that a
// wrong checksum is known before the first row is given out.
func (w workbook) verified(name string) (io.Reader, int64, error) {
	f := w.parts[name]
	if f == nil {
		return nil, 0, broken(fmt.Errorf("no part %s", name))
	}
	trial, err := f.Open()
	if err != nil {
		return nil, 0, broken(err)
	}
	defer trial.Close()
	size, err := io.Copy(io.Discard, trial)
	if err != nil {
		return nil, 0, broken(err)
	}
	part, err := f.Open()
	if err != nil {
		return nil, 0, broken(err)
	}
	return part, size, nil
}
