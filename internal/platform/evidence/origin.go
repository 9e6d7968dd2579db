package evidence

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

// ErrOriginMalformed refuses a text that names no log of this program.
var ErrOriginMalformed = fault.New(fault.Invalid, "evidence.origin_malformed")

// Origin names one log for all time. A community has one log; only after a
// restore that lost signed entries does it begin another generation of it.
type Origin struct {
	Installation string // who runs the program: "gongyi.example.cn"
	Community    id.ID
	Generation   int // from 1
}

var originPattern = regexp.MustCompile(`^gongyi/([a-z0-9.-]{1,64})/([0-9a-f]{32})(?:/g([1-9][0-9]{0,3}))?$`)

// ParseOrigin reads "gongyi/INSTALLATION/COMMUNITY" or ".../gN".
func ParseOrigin(s string) (Origin, error) {
	m := originPattern.FindStringSubmatch(s)
	if m == nil || m[3] == "1" {
		return Origin{}, ErrOriginMalformed.With("origin", s)
	}
	community, err := id.Parse(m[2])
	o := Origin{Installation: m[1], Community: community, Generation: 1}
	if m[3] != "" && err == nil {
		o.Generation, err = strconv.Atoi(m[3])
	}
	return o, err
}

// String is the first line of the log's checkpoints and the name of its key.
func (o Origin) String() string {
	s := fmt.Sprintf("gongyi/%s/%s", o.Installation, o.Community)
	if o.Generation > 1 {
		s += "/g" + strconv.Itoa(o.Generation)
	}
	return s
}

// Next is the log's next generation.
func (o Origin) Next() Origin {
	o.Generation++
	return o
}

// Dir is the name of the directory that the log is published in; a further
// generation stands beside the one that it follows.
func (o Origin) Dir() string {
	if o.Generation > 1 {
		return o.Community.String() + "-g" + strconv.Itoa(o.Generation)
	}
	return o.Community.String()
}

// file is the name of the log's files in the key directory. No part of an
// origin holds an underscore, so that two origins never share a file.
func (o Origin) file() string { return strings.ReplaceAll(o.String(), "/", "_") }
