package basemap

import (
	"encoding/binary"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// pbfScan reads blocks for one pass. Everything that a block says is checked
// before it is used: numbers of strings, lengths of lists, coordinates.
type pbfScan struct {
	want  kind
	visit func(*element) error
	found kind // kinds that the block holds

	words       []string
	granularity int64
	lat0, lon0  int64
	e           element
}

func (s *pbfScan) block(data []byte) error {
	s.words, s.granularity, s.lat0, s.lon0 = s.words[:0], 100, 0, 0
	var groups [][]byte
	err := fields(data, func(num protowire.Number, v uint64, data []byte) error {
		switch num {
		case 1:
			return fields(data, func(num protowire.Number, _ uint64, word []byte) error {
				if num == 1 {
					s.words = append(s.words, string(word))
				}
				return nil
			})
		case 2:
			groups = append(groups, data)
		case 17:
			s.granularity = int64(int32(v))
		case 19:
			s.lat0 = int64(v)
		case 20:
			s.lon0 = int64(v)
		}
		return nil
	})
	for _, g := range groups {
		if err == nil {
			err = s.group(g)
		}
	}
	return err
}

func (s *pbfScan) group(data []byte) error {
	return fields(data, func(num protowire.Number, _ uint64, data []byte) error {
		switch num {
		case 1:
			return s.one(nodes, data, s.node)
		case 2:
			if s.found |= nodes; s.want&nodes == 0 {
				return nil
			}
			return s.dense(data)
		case 3:
			return s.one(ways, data, s.way)
		case 4:
			return s.one(relations, data, s.relation)
		}
		return nil
	})
}

// one reads an element that stands by itself.
func (s *pbfScan) one(k kind, data []byte, field func(num protowire.Number, v uint64, data []byte) error) error {
	if s.found |= k; s.want&k == 0 {
		return nil
	}
	s.e.reset(k)
	if err := fields(data, func(num protowire.Number, v uint64, data []byte) error {
		switch num {
		case 1:
			s.e.id = int64(v)
		case 2:
			return s.keys(data)
		case 3:
			return s.values(data)
		}
		return field(num, v, data)
	}); err != nil {
		return err
	}
	if len(s.e.tags) > maxTags || len(s.e.refs) > maxRefs || len(s.e.members) > maxMembers {
		return broken("an element with too many parts")
	}
	return s.visit(&s.e)
}

func (s *pbfScan) node(num protowire.Number, v uint64, _ []byte) error {
	switch num {
	case 1:
		s.e.id = protowire.DecodeZigZag(v)
	case 8:
		return s.place(protowire.DecodeZigZag(v), int64(s.e.lon), &s.e.lat, nil)
	case 9:
		return s.place(int64(s.e.lat), protowire.DecodeZigZag(v), nil, &s.e.lon)
	}
	return nil
}

// place puts coordinates of the block into units of 1e-7 degrees.
func (s *pbfScan) place(lat, lon int64, toLat, toLon *int32) error {
	if toLat != nil {
		lat = (s.lat0 + s.granularity*lat) / 100
		if !onMap(lat, 0) {
			return broken("a node is nowhere")
		}
		*toLat = int32(lat)
	}
	if toLon != nil {
		lon = (s.lon0 + s.granularity*lon) / 100
		if !onMap(0, lon) {
			return broken("a node is nowhere")
		}
		*toLon = int32(lon)
	}
	return nil
}

// list reads packed numbers one after another.
type list []byte

func (l *list) next() (uint64, bool) {
	v, n := binary.Uvarint(*l)
	if n <= 0 {
		return 0, false
	}
	*l = (*l)[n:]
	return v, true
}

func (l *list) signed() (int64, bool) {
	v, ok := l.next()
	return protowire.DecodeZigZag(v), ok
}

func (s *pbfScan) word(n uint64) (string, error) {
	if n >= uint64(len(s.words)) {
		return "", broken("a word that is not in the table")
	}
	return s.words[n], nil
}

// keys come before their values; a tag without value stays "".
func (s *pbfScan) keys(data []byte) error {
	for l := list(data); len(l) > 0; {
		n, ok := l.next()
		if !ok || len(s.e.tags) > maxTags {
			return broken("keys that are none")
		}
		key, err := s.word(n)
		if err != nil {
			return err
		}
		s.e.tags = append(s.e.tags, tag{key: key})
	}
	return nil
}

func (s *pbfScan) values(data []byte) error {
	i := 0
	for l := list(data); len(l) > 0; i++ {
		n, ok := l.next()
		if !ok || i >= len(s.e.tags) {
			return broken("more values than keys")
		}
		value, err := s.word(n)
		if err != nil {
			return err
		}
		s.e.tags[i].value = value
	}
	return nil
}

func (s *pbfScan) way(num protowire.Number, _ uint64, data []byte) error {
	if num != 8 {
		return nil
	}
	id := int64(0)
	for l := list(data); len(l) > 0; {
		d, ok := l.signed()
		if !ok || len(s.e.refs) > maxRefs {
			return broken("a way with no end")
		}
		id += d
		s.e.refs = append(s.e.refs, id)
	}
	return nil
}

func (s *pbfScan) relation(num protowire.Number, _ uint64, data []byte) error {
	if num < 8 || num > 10 {
		return nil
	}
	id := int64(0)
	for l, i := list(data), 0; len(l) > 0; i++ {
		v, ok := l.next()
		if !ok || i > maxMembers {
			return broken("a relation with no end")
		}
		if i >= len(s.e.members) {
			s.e.members = append(s.e.members, member{})
		}
		m := &s.e.members[i]
		switch num {
		case 8:
			role, err := s.word(v)
			if err != nil {
				return err
			}
			m.role = role
		case 9:
			id += protowire.DecodeZigZag(v)
			m.ref = id
		case 10:
			m.kind = map[uint64]kind{0: nodes, 1: ways, 2: relations}[v]
		}
	}
	return nil
}

// dense reads many nodes that are stored as columns.
func (s *pbfScan) dense(data []byte) error {
	var ids, lats, lons, words list
	err := fields(data, func(num protowire.Number, _ uint64, data []byte) error {
		if to := map[protowire.Number]*list{1: &ids, 8: &lats, 9: &lons, 10: &words}[num]; to != nil {
			*to = slices.Concat(*to, data)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var id, lat, lon int64
	for len(ids) > 0 {
		dID, a := ids.signed()
		dLat, b := lats.signed()
		dLon, c := lons.signed()
		if !a || !b || !c {
			return broken("nodes without a place")
		}
		id, lat, lon = id+dID, lat+dLat, lon+dLon
		s.e.reset(nodes)
		s.e.id = id
		if err := s.place(lat, lon, &s.e.lat, &s.e.lon); err != nil {
			return err
		}
		if err := s.denseTags(&words); err != nil {
			return err
		}
		if err := s.visit(&s.e); err != nil {
			return err
		}
	}
	return nil
}

// denseTags reads the words of one node: key, value, …, 0.
func (s *pbfScan) denseTags(words *list) error {
	for len(*words) > 0 {
		k, ok := words.next()
		if ok && k == 0 {
			return nil
		}
		v, too := words.next()
		if !ok || !too || len(s.e.tags) > maxTags {
			return broken("tags that are none")
		}
		key, err := s.word(k)
		if err != nil {
			return err
		}
		value, err := s.word(v)
		if err != nil {
			return err
		}
		s.e.tags = append(s.e.tags, tag{key, value})
	}
	return nil
}
