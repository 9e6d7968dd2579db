package bench

import (
	"os"
	"strconv"
	"strings"
)

// residentMB is the resident memory of this process, 0 where /proc is missing.
func residentMB() float64 { return ResidentMB(os.Getpid()) }

// ResidentMB is the resident memory of a process.
func ResidentMB(pid int) float64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}
