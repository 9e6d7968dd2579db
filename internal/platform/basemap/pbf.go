package basemap

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"gongyi/internal/kernel/geo"
)

// Bounds of the PBF format itself.
const (
	maxBlobHeader = 64 << 10
	maxBlob       = 32 << 20 // packed and unpacked
)

// pbfFile is an extract in OpenStreetMap's binary format: blobs that are packed
// each by itself.
type pbfFile struct {
	file  *io.SectionReader
	box   geo.Box
	holds []kind // what each blob holds, known after the first pass
}

func (f *pbfFile) bounds() (geo.Box, bool) { return f.box, f.box.Valid() }

// blob is one packed part of the file.
type blob struct {
	index  int
	header bool
	end    int64 // where it ends in the file
	packed []byte
}

// unpacked is a blob's content, or what is wrong with it.
type unpacked struct {
	blob
	data []byte
	err  error
}

// ahead is how many blobs are unpacked before they are visited.
const ahead = 4

func (f *pbfFile) scan(ctx context.Context, want kind, at func(int64), visit func(*element) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := newCounted(f.file)
	known := f.holds
	queue := make(chan chan unpacked, ahead)
	go func() {
		defer close(queue)
		for index := 0; ; index++ {
			b, err := readBlob(r, index, want, known)
			if err == io.EOF {
				return
			}
			if err == nil && b.packed == nil {
				continue
			}
			answer := make(chan unpacked, 1)
			select {
			case queue <- answer:
			case <-ctx.Done():
				return
			}
			if err != nil {
				answer <- unpacked{blob: b, err: err}
				return
			}
			go func() {
				data, err := unpack(b.packed)
				answer <- unpacked{blob: b, data: data, err: err}
			}()
		}
	}()
	s := pbfScan{want: want, visit: visit}
	for answer := range queue {
		u := <-answer
		if err := ctx.Err(); err != nil {
			return err
		}
		if u.err == nil {
			u.err = f.take(&s, u)
		}
		if u.err != nil {
			return u.err
		}
		at(u.end)
	}
	return ctx.Err()
}

// take visits what a blob holds and remembers what that was.
func (f *pbfFile) take(s *pbfScan, u unpacked) error {
	if u.header {
		if u.index > 0 {
			return broken("a second header")
		}
		return f.head(u.data)
	}
	s.found = 0
	if err := s.block(u.data); err != nil {
		return err
	}
	if u.index >= len(f.holds) { // the first pass: a later one only reads this
		f.holds = append(f.holds, make([]kind, u.index-len(f.holds))...)
		f.holds = append(f.holds, s.found)
	}
	return nil
}

// readBlob reads the next blob; packed is nil if it holds nothing that is wanted.
func readBlob(r *counted, index int, want kind, known []kind) (b blob, err error) {
	b.index = index
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		if err == io.ErrUnexpectedEOF {
			err = broken("the end is missing")
		}
		return b, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxBlobHeader {
		return b, broken("a header that is too long")
	}
	head := make([]byte, n)
	if _, err := io.ReadFull(r, head); err != nil {
		return b, truncated(err)
	}
	var name string
	size := uint64(0)
	err = fields(head, func(num protowire.Number, v uint64, data []byte) error {
		switch num {
		case 1:
			name = string(data)
		case 3:
			size = v
		}
		return nil
	})
	if err != nil || size > maxBlob || index == 0 && name != "OSMHeader" {
		return b, broken("a header that is none")
	}
	b.header = name == "OSMHeader"
	if skip := name != "OSMData" && !b.header || index < len(known) && !b.header && known[index]&want == 0; skip {
		n, err := r.r.Discard(int(size))
		r.read += int64(n)
		return b, truncated(err)
	}
	b.packed = make([]byte, size)
	_, err = io.ReadFull(r, b.packed)
	b.end = r.read
	return b, truncated(err)
}

func truncated(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return broken("the end is missing")
	}
	return err
}

// unpack opens a blob. A blob that says or holds more than the format allows is
// refused before it fills the memory.
func unpack(b []byte) ([]byte, error) {
	var raw, packed []byte
	size, odd := uint64(0), false
	err := fields(b, func(num protowire.Number, v uint64, data []byte) error {
		switch num {
		case 1:
			raw = data
		case 2:
			size = v
		case 3:
			packed = data
		case 4, 5, 6, 7:
			odd = true
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case odd:
		return nil, broken("packed in a way other than zlib")
	case raw != nil:
		return raw, nil
	case packed == nil || size > maxBlob:
		return nil, broken("a part that is too large")
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, broken("a part that cannot be unpacked")
	}
	out := bytes.NewBuffer(make([]byte, 0, min(size+1, uint64(len(packed))*64+512)))
	n, err := io.Copy(out, io.LimitReader(z, int64(size)+1))
	if err != nil || uint64(n) != size {
		return nil, broken("a part that cannot be unpacked")
	}
	return out.Bytes(), nil
}

// head reads the first blob: what a reader must know, and the bounds.
func (f *pbfFile) head(data []byte) error {
	return fields(data, func(num protowire.Number, _ uint64, data []byte) error {
		switch num {
		case 1:
			var side [5]int64
			err := fields(data, func(num protowire.Number, v uint64, _ []byte) error {
				if num >= 1 && num <= 4 {
					side[num] = protowire.DecodeZigZag(v) / 1000 // from nano-degrees
				}
				return nil
			})
			f.box = geo.Box{Min: geo.Point{Lat: side[4], Lon: side[1]}, Max: geo.Point{Lat: side[3], Lon: side[2]}}
			return err
		case 4:
			if known := []string{"OsmSchema-V0.6", "DenseNodes", "LocationsOnWays"}; !slices.Contains(known, string(data)) {
				return broken(fmt.Sprintf("needs %.40q", data))
			}
		}
		return nil
	})
}

// fields calls fn with each field of a message: a number or bytes. Fixed ones are
// skipped, the format has none.
func fields(b []byte, fn func(num protowire.Number, v uint64, data []byte) error) error {
	for len(b) > 0 {
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return broken("a message that is none")
		}
		b = b[n:]
		var v uint64
		var data []byte
		switch kind {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			data, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(num, kind, b)
		}
		if n < 0 {
			return broken("a message that is none")
		}
		b = b[n:]
		if err := fn(num, v, data); err != nil {
			return err
		}
	}
	return nil
}
