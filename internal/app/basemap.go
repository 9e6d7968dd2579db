package app

import (
	"path/filepath"

	"gongyi/internal/platform/basemap"
)

// MapFile is where the base map lies: what `gongyi map import` writes and the
// server shows. It needs no database.
func (c *Config) MapFile() (string, error) {
	if c.Data == "" && c.DatabaseURL == "" && c.State == "" {
		return "", ErrNoData
	}
	state, err := c.stateDir()
	return filepath.Join(state, mapFile), err
}

const mapFile = "map/base.pmtiles"

// baseMap serves that file, whenever it comes.
func (a *App) baseMap() *basemap.Map {
	return basemap.New(filepath.Join(a.State, mapFile), a.Log)
}
