import{a}from"./part-IHDPX5KX.js";import"./part-ZB7YTQVJ.js";import"./part-EE5YQO43.js";export default a();
