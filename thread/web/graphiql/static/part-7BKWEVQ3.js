import{a}from"./part-ZB7YTQVJ.js";import"./part-EE5YQO43.js";export default a();
